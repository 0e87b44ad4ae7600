import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { staleIfErrorDefaults } from '../src/degrade/stale-if-error.ts';
import { keyedDefaults } from '../src/dependency/keyed.ts';
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
  for (const [option, value] of [...policy, ...shedder, ...flat(keyedDefaults)])
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

describe('the order of the layers', () => {
  const source = read('../src/dependency/standard-policy.ts');
  const listed = /const layers: Layer\[\] = \[([^\]]*)\]/.exec(source)?.[1] ?? '';
  /** The names of the pages, in the order that the code folds them. */
  const layers = [...listed.matchAll(/[\w.]*?(\w+)(?:\(\))?,/g)].map(([, name]) => nameOf(name as string));
  const chain = [...layers, 'call'];

  function nameOf(layer: string): string {
    const names: Record<string, string> = {
      CallerCancel: "caller's cancel",
      rateLimit: 'rate limit',
      timeout: 'attempt timeout',
    };
    return names[layer] ?? layer;
  }

  /** `a > b > c` with `your call` at its end. */
  const chainIn = (text: string) =>
    (/caller's cancel > [^\n]*/.exec(text)?.[0] ?? '').replace('your call', 'call').split(' > ');

  /** The first or second column of the table below a heading. */
  function column(page: string, heading: string, index: number): string[] {
    const section = page.slice(page.indexOf(heading)).split('\n## ')[0] as string;
    const rows = section.split('\n').filter((line) => line.startsWith('|'));
    return rows.slice(2).map((row) => row.split('|')[index]?.trim() as string);
  }

  test('has nine of them', () => {
    expect(new Set(layers).size).toBe(9);
  });

  test('is the one that the comment and the README draw', () => {
    expect(chainIn(source)).toEqual(chain);
    expect(chainIn(readme)).toEqual(chain);
  });

  test('is the one of docs/architecture.md, which calls the last one innermost', () => {
    const page = read('../../../docs/architecture.md');
    expect(column(page, '## Policy order', 2)).toEqual(layers);
    expect(column(page, '## Policy order', 1)).toEqual(layers.map((_, index) => String(index + 1)));
    const innermost = page.split('\n').filter((line) => line.startsWith('|') && line.includes('innermost'));
    expect(innermost).toEqual([expect.stringContaining(`| ${layers.at(-1)} |`)]);
  });

  test('is the one of docs/patterns/policy-order.md, in its picture and its table', () => {
    const page = read('../../../docs/patterns/policy-order.md');
    // The fallback has a row of its own although it is no layer.
    expect(column(page, '## Why so', 1)).toEqual([...layers, 'fallback']);
    const picture = (/```mermaid\n([\s\S]*?)```/.exec(page)?.[1] ?? '').split('\n');
    const solid = picture.filter((line) => !line.includes('-.'));
    const drawn = solid
      .flatMap((line) => line.split(' --> '))
      .map((node) => /\[(.*)\]/.exec(node)?.[1] ?? node.trim());
    const withoutRepeats = drawn.filter((name, index) => name !== drawn[index - 1] && name !== '');
    expect(withoutRepeats.slice(withoutRepeats.indexOf("caller's cancel"))).toEqual([...layers, 'your call']);
  });
});
