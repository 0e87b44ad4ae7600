import { type NodeProcessOptions, nodeProcess, SupervisedProcess, supervise } from '@ballast/supervisor';
import { embeddedPostgres, ReplicatedPostgres } from '@ballast/supervisor/postgres';
import { embeddedRedis } from '@ballast/supervisor/redis';
import { describe, expect, test } from 'vitest';

const logs = { path: '/tmp', write: () => undefined, tail: () => [] };
const spec = { name: 'orders', launch: () => {}, answers: () => {} };
const node: NodeProcessOptions = {
  name: 'orders',
  cwd: '/',
  main: 'main.ts',
  env: () => ({}),
  liveUrl: 'http://127.0.0.1:1/',
  logs: logs as never,
};
const badPorts = [0, -1, 1.5, 65_536, Number.NaN, '5432', null];
const badTimes = [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '1s', null];
const badTexts = ['', 7, null];
const badLogs = [null, '/tmp', {}, { write() {} }];

interface Entry {
  readonly of: string;
  readonly open: (options: never) => unknown;
  readonly good: object;
  /** Values that each option must not have. */
  readonly bad: Readonly<Record<string, readonly unknown[]>>;
}

/** Every function of the package that takes options. None of the calls starts a process: each is rejected before. */
const entries: readonly Entry[] = [
  {
    of: 'supervise',
    open: (options) => supervise(options),
    good: { members: {}, stopOrder: [], restartAfterMs: 0 },
    bad: { members: [null, [], 'orders'], stopOrder: [null, {}, ['orders']], restartAfterMs: badTimes },
  },
  {
    of: 'SupervisedProcess',
    open: (options) => new SupervisedProcess(options),
    good: { spec, restartAfterMs: 0, onChange: () => {} },
    bad: { spec: [null, {}, 'sleep', { launch() {} }], restartAfterMs: badTimes, onChange: [null, {}] },
  },
  {
    of: 'nodeProcess',
    open: (options) => nodeProcess(options),
    good: node,
    bad: {
      name: badTexts,
      cwd: badTexts,
      main: badTexts,
      env: [null, {}],
      liveUrl: ['', '127.0.0.1', 7, null],
      logs: badLogs,
    },
  },
  {
    of: 'embeddedPostgres',
    open: (options) => embeddedPostgres(options),
    good: { location: { native: '/', home: '/', identity: undefined }, port: 1, databases: [], logs },
    bad: {
      location: [null, [], '/'],
      port: badPorts,
      databases: [null, 'orders', ['Orders'], ['a;b'], [7]],
      logs: badLogs,
    },
  },
  {
    of: 'ReplicatedPostgres',
    open: (options) => new ReplicatedPostgres(options),
    good: {
      location: { native: '/', home: '/', identity: undefined },
      port: 1,
      memberPorts: { postgres: 2, 'postgres-standby': 3 },
      databases: [],
      logs,
    },
    bad: {
      location: [null, [], '/'],
      port: badPorts,
      memberPorts: [null, [], {}, { postgres: 2 }, { postgres: 2, 'postgres-standby': 0 }],
      databases: [null, 'orders', ['Orders'], ['a;b'], [7]],
      logs: badLogs,
    },
  },
  {
    of: 'embeddedRedis',
    open: (options) => embeddedRedis(options),
    good: { port: 1, password: 'secret', logs },
    bad: { port: badPorts, password: ['', 'two words', 'two\nlines', 7, null], logs: badLogs },
  },
];

const rejection = (option: string) => ({
  code: 'E_INVALID_OPTION',
  message: expect.stringContaining(option),
});

function errorOf(open: () => unknown): unknown {
  try {
    open();
  } catch (error) {
    return error;
  }
  return 'accepted';
}

describe.each(entries)('$of', ({ of, open, good, bad }) => {
  test.each([null, [], 'options', 7])('rejects %j in place of options', (options) => {
    expect(errorOf(() => open(options as never))).toMatchObject(rejection(of));
  });

  test('rejects an option it does not know, by name', () => {
    expect(errorOf(() => open({ ...good, restartAferMs: 1 } as never))).toMatchObject(
      rejection('restartAferMs'),
    );
  });

  test('knows a wrong value for each of its options', () => {
    expect(Object.keys(bad)).toEqual(Object.keys(good));
  });

  test.each(Object.keys(good))('rejects that %s is missing', (option) => {
    expect(errorOf(() => open({ ...good, [option]: undefined } as never))).toMatchObject(rejection(option));
  });

  test.each(Object.entries(bad).flatMap(([option, values]) => values.map((value) => [option, value])))(
    'rejects for %s the value %j',
    (option, value) => {
      expect(errorOf(() => open({ ...good, [option as string]: value } as never))).toMatchObject(
        rejection(option as string),
      );
    },
  );
});

test('a password is in no error', () => {
  const error = errorOf(() => embeddedRedis({ port: 1, password: 'two words', logs: logs as never }));
  expect(String(error)).not.toContain('two words');
});
