import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const isTest = /(\.test\.tsx?$|\/test\/|\/testing)/;

const sources = globSync('{packages,services,demo}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: ['**/node_modules/**', '**/dist/**'],
});

type Import = { file: string; specifier: string; target: string };

const imports: Import[] = sources.flatMap((file) =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(/^\s*(?:import|export)\b[^'"]*?['"]([^'"]+)['"]/gm),
  ].map((match) => {
    const specifier = match[1] ?? '';
    const target = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : specifier;
    return { file, specifier, target };
  }),
);

function offenders(from: RegExp, to: RegExp): string[] {
  return imports
    .filter(({ file, target }) => from.test(file) && to.test(target) && !isItself(file, target))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
}

/** A package's tests may use it under the name that strangers will. */
function isItself(file: string, target: string): boolean {
  const [, name] = file.split('/');
  return target === `@ballast/${name}` || target.startsWith(`@ballast/${name}/`);
}

describe('who may import whom', () => {
  it('sees the imports of every room', () => {
    for (const room of ['packages/', 'services/', 'demo/']) {
      expect(imports.some(({ file }) => file.startsWith(room))).toBe(true);
    }
  });

  it.each([
    [
      'packages never import services or the demo',
      /^packages\//,
      /^(services|demo)\/|^@ballast\/(orders|inventory|recommendation|demo)/,
    ],
    [
      'services never import each other or the demo by path',
      /^services\//,
      /^(demo|packages)\/|^@ballast\/(orders|inventory|recommendation|demo)/,
    ],
    [
      'the demo never reads the source of a service',
      /^demo\//,
      /^services\/|^@ballast\/(orders|inventory|recommendation)/,
    ],
    [
      'resilience knows neither telemetry nor a web framework',
      /^packages\/resilience\//,
      /^(@opentelemetry|express|undici|@ballast\/)/,
    ],
    [
      'cache stands on resilience and on nothing else of Ballast',
      /^packages\/cache\//,
      /^(@opentelemetry|express|undici|@ballast\/(?!resilience(\/|$)))/,
    ],
  ])('%s', (_title, from, to) => {
    expect(offenders(from, to)).toEqual([]);
  });

  it('keeps opossum behind one file', () => {
    const importers = imports.filter(({ target, file }) => target === 'opossum' && !isTest.test(file));
    expect(importers.map(({ file }) => file)).toHaveLength(1);
  });

  it('never leaves a service for the inside of another', () => {
    const strays = imports.filter(({ file, target }) => {
      const home = /^services\/[^/]+/.exec(file)?.[0];
      const destination = /^services\/[^/]+/.exec(target)?.[0];
      return home !== undefined && destination !== undefined && home !== destination;
    });
    expect(strays).toEqual([]);
  });
});

describe('dependency files', () => {
  const dependencyFiles = sources.filter((file) => /^services\/[^/]+\/src\/dependencies\//.test(file));

  it.each(dependencyFiles)('%s reads in under 40 lines', (file) => {
    expect(readFileSync(join(root, file), 'utf8').split('\n').length).toBeLessThan(40);
  });

  it('are the only places in a service that name a policy', () => {
    const policyNames = /\b(standardPolicy|staleIfError|defaultAnswer|dependency)\(/;
    const strays = sources.filter(
      (file) =>
        file.startsWith('services/') &&
        !dependencyFiles.includes(file) &&
        !isTest.test(file) &&
        policyNames.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(strays).toEqual([]);
  });
});
