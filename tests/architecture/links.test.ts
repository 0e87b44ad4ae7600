import { existsSync, globSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from './repository.ts';

const pages = globSync('{*.md,{docs,packages,services,demo,bench,infra,tests}/**/*.md}', {
  cwd: root,
  exclude: ['**/node_modules/**'],
});

function brokenLinks(page: string): string[] {
  const text = read(page).replaceAll(/```[\s\S]*?```/g, '');
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
