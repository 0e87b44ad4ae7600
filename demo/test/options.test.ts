import { startControlRoom } from '@ballast/demo/control-room';
import { openStage, watchSystem } from '@ballast/demo/stage';
import { topologyAt } from '@ballast/demo/topology';
import { describe, expect, test } from 'vitest';

const topology = topologyAt(20_000);
const logger = { info() {}, warn() {} };
const badTexts = ['', 7, null];
const badSupervisors = [null, {}, 'supervisor'];
const badObjects = [null, [], 'orders'];

interface Entry {
  readonly of: string;
  readonly open: (options: never) => unknown;
  readonly required: object;
  /** Values that each option must not have. */
  readonly bad: Readonly<Record<string, readonly unknown[]>>;
}

/** Every function that the demo offers and that takes options as an object of its own. Nothing is opened here. */
const entries: readonly Entry[] = [
  {
    of: 'startControlRoom',
    open: (options) => startControlRoom(options),
    required: { topology, port: 0, chaosToken: 'x', flagsFile: 'x', picturesFolder: 'x', logger },
    bad: {
      topology: badObjects,
      port: [-1, 65_536, 1.5, Number.NaN, '4000', null],
      host: badTexts,
      publicPort: [0, 65_536, Number.NaN, '4000', null],
      supervisor: badSupervisors,
      chaosToken: badTexts,
      flagsFile: badTexts,
      picturesFolder: badTexts,
      probes: badObjects,
      jaegerUrl: ['', 'localhost:16686', 7, null],
      logger: [null, {}, { info() {} }],
    },
  },
  {
    of: 'openStage',
    open: (options) => openStage(options),
    required: { topology, chaosToken: 'x', switches: { read() {}, set() {} }, logger, onMark() {} },
    bad: {
      topology: badObjects,
      supervisor: badSupervisors,
      chaosToken: badTexts,
      switches: [null, {}, { read() {} }],
      logger: [null, {}, { info() {} }],
      onMark: [null, {}],
    },
  },
  {
    of: 'watchSystem',
    open: (options) => watchSystem(options),
    required: { topology, probes: {}, signal: AbortSignal.abort() },
    bad: {
      topology: badObjects,
      supervisor: badSupervisors,
      probes: badObjects,
      signal: [null, {}, new AbortController()],
    },
  },
];

const rejection = (option: string) => ({
  code: 'E_INVALID_OPTION',
  message: expect.stringContaining(option),
});

async function errorOf(open: () => unknown): Promise<unknown> {
  try {
    await open();
  } catch (error) {
    return error;
  }
  return 'accepted';
}

describe.each(entries)('$of', ({ of, open, required, bad }) => {
  test.each([null, [], 'options', 7])('rejects %j in place of options', async (options) => {
    expect(await errorOf(() => open(options as never))).toMatchObject(rejection(of));
  });

  test('rejects an option it does not know, by name', async () => {
    expect(await errorOf(() => open({ ...required, chaosTokn: 'x' } as never))).toMatchObject(
      rejection('chaosTokn'),
    );
  });

  test.each(Object.keys(required))('rejects that %s is missing', async (option) => {
    expect(await errorOf(() => open({ ...required, [option]: undefined } as never))).toMatchObject(
      rejection(option),
    );
  });

  test.each(Object.entries(bad).flatMap(([option, values]) => values.map((value) => ({ option, value }))))(
    'rejects for $option the value $value',
    async ({ option, value }) => {
      expect(await errorOf(() => open({ ...required, [option]: value } as never))).toMatchObject(
        rejection(option),
      );
    },
  );
});
