import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from './repository.ts';

const folder = 'docs/adr';
const files = globSync('[0-9]*.md', { cwd: join(root, folder) }).sort();

/** Its first lines: the title with its number, the status and the day it was written. */
const opening =
  /^# (?<number>\d{4})\. (?<title>.+)\n\n- Status: (?<status>.+)\n- Date: (?<date>\d{4}-\d{2}-\d{2})\n/;
const superseded = /^superseded by \[(?<number>\d{4})\]\((?<file>[\w-]+\.md)\)$/;

type Opening = {
  readonly number?: string;
  readonly title?: string;
  readonly status?: string;
  readonly date?: string;
};

const recordOf = (file: string): Opening & { readonly file: string } => ({
  file,
  ...opening.exec(read(join(folder, file)))?.groups,
});

describe('decision records', () => {
  it.each(files)('%s says its number, its status and its date', (file) => {
    const { number, status = '' } = recordOf(file);
    expect(number).toBe(file.slice(0, 4));
    expect(status).toMatch(/^(accepted|superseded by .+)$/);
  });

  it('have each their own number', () => {
    expect(new Set(files.map((file) => file.slice(0, 4))).size).toBe(files.length);
  });

  it('name the record that replaced them', () => {
    for (const { file, status = '' } of files.map(recordOf)) {
      if (status === 'accepted') continue;
      const successor = superseded.exec(status)?.groups;
      expect(files, `${file}: ${status}`).toContain(successor?.file);
      expect(successor?.file, file).toMatch(new RegExp(`^${successor?.number}-`));
    }
  });

  it('stand in the index, with their title, status and date', () => {
    const rows = read(join(folder, 'README.md'))
      .split('\n')
      .filter((line) => line.startsWith('| ['));
    expect(rows).toEqual(
      files.map(recordOf).map(({ file, number, title, status, date }) => {
        return `| [${number}](${file}) | ${title} | ${status} | ${date} |`;
      }),
    );
  });
});
