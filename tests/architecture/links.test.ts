import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = globSync('{*.md,{docs,packages,services,demo,bench,infra,tests}/**/*.md}', {
  cwd: root,
  exclude: ['**/node_modules/**'],
});

function brokenLinks(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]?.split('#')[0] ?? '')
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(resolve(root, dirname(page), target)));
}

describe('pages', () => {
  it.each(pages)('%s links only to what exists', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });
});
