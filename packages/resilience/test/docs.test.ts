import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { staleIfErrorDefaults } from '../src/degrade/stale-if-error.ts';
import { policyDefaults } from '../src/index.ts';
import { shedderDefaults } from '../src/shedder/shedder-settings.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../README.md');

/** Every leaf of the defaults by its dotted name, as the pages write it. */
function flat(settings: object, path = ''): [string, string][] {
  return Object.entries(settings).flatMap(([key, value]): [string, string][] =>
    typeof value === 'object' ? flat(value, `${path}${key}.`) : [[`${path}${key}`, String(value)]],
  );
}
const policy = new Map(flat(policyDefaults));
const shedder = new Map(flat(shedderDefaults));
const known = new Map([
  ...policy,
  ...shedder,
  ...flat({ staleIfError: staleIfErrorDefaults, fallback: { enabled: true } }),
]);

/** The rows `| \`option\` | default | ...` of the tables of a page. */
function told(page: string): [string, string][] {
  return [...page.matchAll(/^\| `([\w.]+)` +\| ([^|]*?) +\|/gm)].map(([, option, value]) => [
    option,
    value,
  ]) as never;
}

test('the README names every option with its default', () => {
  const table = new Map(told(readme));
  for (const [option, value] of [...policy, ...shedder])
    expect([option, table.get(option)]).toEqual([option, value]);
});

test('the README names every error code and every event', () => {
  const sources = read('../src/pipeline/errors.ts') + read('../src/primitives/invalid-option-error.ts');
  for (const [code] of sources.matchAll(/(?<=')E_[A-Z_]+(?=')/g))
    if (code !== 'E_UNKNOWN') expect(readme).toContain(`\`${code}\``);
  for (const [, type] of read('../src/pipeline/events.ts').matchAll(/type: '([\w.]+)'/g))
    expect(readme).toContain(`\`${type}\``);
});

const pages = [
  ['policy-order.md', []],
  ['deadline.md', ['deadline']],
  ['attempt-timeout.md', ['timeout']],
  ['bulkhead.md', ['bulkhead']],
  ['adaptive-bulkhead.md', ['adaptive']],
  ['retry.md', ['retry']],
  ['circuit-breaker.md', ['breaker']],
  ['rate-limiter.md', ['rateLimit']],
  ['adaptive-throttle.md', ['throttle']],
  ['hedge.md', ['hedge']],
  ['load-shedding.md', []],
  ['fallback.md', ['staleIfError', 'fallback']],
] as const;

describe.each(pages)('%s', (page, sections) => {
  const text = read(`../../../docs/patterns/${page}`);

  test('tells the defaults the code has', () => {
    const table = new Map(told(text));
    for (const [option, value] of table)
      if (known.has(option)) expect([option, value]).toEqual([option, known.get(option)]);
    for (const option of known.keys()) {
      if (sections.some((section) => option.startsWith(`${section}.`)))
        expect(table.has(option), option).toBe(true);
    }
    if (page === 'load-shedding.md') expect([...table.keys()]).toEqual([...shedder.keys()]);
  });

  test('tells problem, picture and misuse, and links to code that exists', () => {
    expect(text).toContain('**Problem.**');
    expect(text).toContain('```mermaid');
    expect(text).toContain('## Misuse');
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, link]) => link as string);
    for (const link of links)
      expect(existsSync(new URL(`../../../docs/patterns/${link}`, import.meta.url)), link).toBe(true);
  });
});
