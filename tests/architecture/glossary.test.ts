import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from './repository.ts';

const glossary = read('docs/glossary.md');
const terms = [...glossary.matchAll(/^\| (.+?) \| (.+?) \| (.*?)\| (.*?)\|$/gm)]
  .map(([, word = '', meaning = '', writtenAs = '', not = '']) => ({ word, meaning, writtenAs, not }))
  .filter(({ word }) => word !== 'Word' && !word.startsWith('-'));

const inCodeType = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** Sources and pages, new files included. Decision records keep the words of the day they were written. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((file) => /\.(tsx?|m?js|css|html|md|json|ya?ml|sh|sql)$/.test(file))
  .filter(
    (file) => !/^(\.|docs\/(adr\/|glossary\.md)|pnpm-lock\.yaml|tests\/architecture\/glossary)/.test(file),
  )
  .filter((file) => existsSync(join(root, file)));

const texts = new Map(files.map((file) => [file, `${file}\n${read(file)}`]));
const everything = [...texts.values()].join('\n');

/** `OrderWish`, `orderWish`, `order_wish` and `order-wish` are one word. */
const kebab = (text: string): string =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

const kebabLines = new Map([...texts].map(([file, text]) => [file, kebab(text).split('\n')]));

function placesOf(word: string): string[] {
  const pattern = new RegExp(`(?<![a-z])${kebab(word)}(e?s|ing|ed)?(?![a-z])`);
  return [...kebabLines].flatMap(([file, lines]) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [index === 0 ? file : `${file}:${index}`] : [])),
  );
}

describe('the glossary', () => {
  it('lists its words in the order of the alphabet, each once', () => {
    const words = terms.map(({ word }) => word.toLowerCase());
    expect(words.length).toBeGreaterThan(50);
    expect(words).toEqual([...new Set(words)].sort());
  });

  it('gives every word a sentence', () => {
    expect(terms.filter(({ meaning }) => !meaning.endsWith('.'))).toEqual([]);
  });

  it('names only what exists as "written as"', () => {
    const missing = terms.flatMap(({ word, writtenAs }) =>
      inCodeType(writtenAs)
        .filter((name) => !everything.includes(name))
        .map((name) => `${word}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('sources and pages', () => {
  const unwanted = new Set([
    ...terms.flatMap(({ not }) => inCodeType(not)),
    'Trial',
    'narrowGate',
    'in vain',
  ]);

  it.each([...unwanted])('do not use %s', (word) => {
    expect(placesOf(word)).toEqual([]);
  });
});
