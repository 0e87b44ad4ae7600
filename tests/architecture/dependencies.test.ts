import { describe, expect, it } from 'vitest';
import { findCircles, graphOf } from './circles.ts';
import { allImports, type Import, isTestFile, sources, workspaceFolders } from './imports.ts';
import { read } from './repository.ts';
import { type RoomOrder, unplacedFiles, upwardImports } from './rooms.ts';

const packages = workspaceFolders.filter((folder) => folder.startsWith('packages/'));
const services = workspaceFolders.filter((folder) => folder.startsWith('services/'));

/**
 * What each package of the workspace may import, besides itself. A new package needs a line here.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'packages/resilience': [],
  'packages/cache': ['packages/resilience'],
  'packages/flags': ['packages/resilience'],
  'packages/telemetry': ['packages/resilience'],
  // Of cache the types alone: see the test below.
  'packages/service-kit': ['packages/resilience', 'packages/telemetry', 'packages/cache'],
  ...Object.fromEntries(services.map((folder) => [folder, packages])),
  'demo/supervisor': ['packages/resilience'],
  demo: [...packages, 'demo/supervisor'],
  bench: [...packages, ...services],
  tests: [...packages, ...services, 'demo', 'demo/supervisor'],
};

/**
 * The order of the rooms in a folder, the lowest first: a room imports only from those listed before it. A new folder
 * or file is named here before everything that will import it. To put another folder in order, add an entry.
 */
const roomOrders: readonly RoomOrder[] = [
  {
    folder: 'packages/resilience/src',
    rooms: [
      'primitives',
      'time',
      'pipeline',
      'http',
      'policies',
      'breaker',
      'degrade',
      'shedder',
      'dependency',
      'index.ts',
      'testing',
    ],
  },
  {
    folder: 'packages/service-kit/src',
    rooms: [
      'report',
      'process',
      'problem',
      'postgres',
      'lifecycle',
      'request',
      'client',
      'chaos',
      'app',
      'index.ts',
      'testing',
    ],
  },
  {
    folder: 'packages/telemetry/src',
    rooms: [
      'scope.ts',
      'traces',
      'metrics',
      'logs',
      'decisions',
      'instrumentation',
      'sdk',
      'index.ts',
      'register.ts',
    ],
  },
  {
    folder: 'demo',
    rooms: [
      'topology.ts',
      'command-line.ts',
      'event-stream.ts',
      'load-generator',
      'load-balancer',
      'supervisor',
      'stage',
      'embedded',
      'run-options.ts',
      'scenarios',
      'control-room',
      'terminal',
      'run.ts',
    ],
  },
];

/** Libraries that a package does without, so that it can be lifted into a service that has others. */
const doesWithout: readonly (readonly [folder: string, libraries: RegExp])[] = [
  ['packages/resilience', /^(@opentelemetry|express|undici)/],
  ['packages/cache', /^(@opentelemetry|express|undici)/],
];

/** The package that a file belongs to; packages may be nested. */
const memberOf = (file: string): string =>
  workspaceFolders.findLast((folder) => file.startsWith(`${folder}/`)) ?? '';

const sentences = (imports: readonly Import[]): string[] =>
  imports.map(({ file, specifier }) => `${file} imports ${specifier}`);

/** Those that leave a package for another. */
const crossings = allImports.filter(
  ({ file, target }) => memberOf(target) !== '' && memberOf(target) !== memberOf(file),
);

describe('the packages of the workspace', () => {
  it('have each a line that says what they may import', () => {
    expect(Object.keys(mayImport).sort()).toEqual([...workspaceFolders].sort());
  });

  it('import no more than that', () => {
    const strays = crossings.filter(
      ({ file, target }) => !mayImport[memberOf(file)]?.includes(memberOf(target)),
    );
    expect(sentences(strays)).toEqual([]);
  });

  it('import each other by name, never by path', () => {
    expect(sentences(crossings.filter(({ specifier }) => specifier.startsWith('.')))).toEqual([]);
  });

  it('are a tree: what they may import leads nowhere back', () => {
    expect(findCircles(new Map(Object.entries(mayImport)))).toEqual([]);
  });

  it('get from service-kit no more of the cache than its types', () => {
    const values = crossings.filter(
      ({ file, target, isTypeOnly }) =>
        memberOf(file) === 'packages/service-kit' && memberOf(target) === 'packages/cache' && !isTypeOnly,
    );
    expect(sentences(values)).toEqual([]);
  });

  it.each(doesWithout)('%s does without %s', (folder, libraries) => {
    const strays = allImports.filter(
      ({ file, target }) => memberOf(file) === folder && libraries.test(target),
    );
    expect(sentences(strays)).toEqual([]);
  });

  it('need opossum in one file', () => {
    const importers = allImports.filter(
      ({ target, file }) => target === 'opossum' && file.startsWith('packages/') && !isTestFile(file),
    );
    expect(sentences(importers)).toHaveLength(1);
  });
});

describe('imports', () => {
  it('never run in a circle, not even for types', () => {
    const circles = findCircles(graphOf(allImports.filter(({ target }) => sources.includes(target))));
    expect(circles.map((circle) => circle.join(' -> '))).toEqual([]);
  });
});

describe.each(roomOrders)('the rooms of $folder', (order) => {
  it('import only what stands below them', () => {
    expect(upwardImports(allImports, order)).toEqual([]);
  });

  it('are all named in their order, and exist', () => {
    expect(unplacedFiles(sources, order)).toEqual([]);
    const empty = order.rooms.filter(
      (room) =>
        !sources.some(
          (file) => file === `${order.folder}/${room}` || file.startsWith(`${order.folder}/${room}/`),
        ),
    );
    expect(empty).toEqual([]);
  });
});

describe('dependency files', () => {
  const dependencyFiles = sources.filter((file) => /^services\/[^/]+\/src\/dependencies\//.test(file));

  it.each(dependencyFiles)('%s reads in under 40 lines', (file) => {
    expect(read(file).split('\n').length).toBeLessThan(40);
  });

  it('are the only places in a service that name a policy', () => {
    const policyNames = /\b(standardPolicy|staleIfError|defaultAnswer|dependency)\(/;
    const strays = sources.filter(
      (file) =>
        file.startsWith('services/') &&
        !dependencyFiles.includes(file) &&
        !isTestFile(file) &&
        policyNames.test(read(file)),
    );
    expect(strays).toEqual([]);
  });
});
