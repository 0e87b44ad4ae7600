import { describe, expect, test } from 'vitest';
import {
  createLoadShedder,
  defaultAnswer,
  dependency,
  InvalidOptionError,
  keyed,
  staleIfError,
  standardPolicy,
} from '../src/index.ts';
import { eventually } from '../src/testing/eventually.ts';

// Every object of options that this package takes, with a name it does not know and values it can't use.
// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any;

const call = async () => 'fine';
/** A step of `degrade` with something wrong about it. */
const step = (change: object) => ({ source: 'cached', answer: () => undefined, ...change });
const cache = { get: async () => undefined, set: async () => {} };
const guard = () => dependency({ name: 'inventory', call });

/** `options` over what must be given; what is no object of options is passed as it is. */
const over = (required: object, options: Anything) =>
  Object.getPrototypeOf(options ?? 0) === Object.prototype ? { ...required, ...options } : options;

const functions: Record<string, { take: (options: Anything) => unknown; wrong: Record<string, unknown[]> }> =
  {
    dependency: {
      take: (options) => dependency(over({ name: 'inventory', call }, options)),
      wrong: {
        nmae: ['inventory'],
        name: ['', 7, null],
        call: [null, 'call'],
        policy: [null, {}, { retry: {} }],
        degrade: [
          null,
          {},
          [null],
          [{ source: 'cached' }],
          [() => 'popular'],
          [step({ source: 'live' })],
          [step({ source: undefined })],
          [step({ timeoutMs: -1 })],
          [step({ timeoutMs: Number.NaN })],
          [step({ timeoutMS: 5 })],
          [step({ remember: true })],
        ],
        idempotent: [null, 1, 'yes'],
        isEnabled: [true],
        disabledValue: ['nothing'],
        clock: [Date, null, {}],
        random: [0.5],
      },
    },
    standardPolicy: {
      take: standardPolicy,
      wrong: {
        brekaer: [{ minCalls: 3 }],
        isFailure: [true, null],
        deadlineMs: [Number.NaN, 0, -1, '1000', null],
        attemptTimeoutMs: [Number.NaN, 0, Number.POSITIVE_INFINITY],
        deadline: [null, 5, [], { deadlineMS: 5 }],
        timeout: [null, { timeoutMs: 5 }],
        bulkhead: [null, { maxConcurrent: 0 }, { maxConcurrent: 1.5 }, { max: 5 }],
        adaptive: [null, { limit: 5 }, { smoothing: 2 }],
        retry: [null, 3, { attempts: 3 }, { maxAttempts: 10 }, { budget: { share: 1 } }, { budget: null }],
        breaker: [null, { failureRatio: 50 }, { threshold: 5 }],
        rateLimit: [null, { perSecond: 0 }, { rate: 5 }],
        throttle: [null, { multiplier: 0.5 }, { k: 2 }],
        hedge: [null, { quantile: 95 }, { delayMs: 5 }],
      },
    },
    keyed: {
      take: (limits) => keyed({ name: 'partner', call }, limits),
      wrong: {
        maxx: [3],
        max: [0, 1.5, '3', null, Number.NaN],
        idleMs: [0, '1m', null, Number.POSITIVE_INFINITY],
      },
    },
    restoreState: {
      take: (options) => {
        const one = guard();
        one.restoreState(one.exportState(), options);
      },
      wrong: { maxAge: [5], maxAgeMs: [-1, '1h', null, Number.NaN] },
    },
    'keyed.configure': {
      take: (options) => keyed({ name: 'partner', call }).configure(options),
      wrong: { brekaer: [{}], fallback: [null], breaker: [{ minCalls: 0 }] },
    },
    staleIfError: {
      take: (options) => staleIfError(over({ cache, key: String }, options)),
      wrong: {
        maxStaleMS: [5],
        cache: [null, {}, { get: 5 }],
        key: [null, 'id'],
        maxStaleMs: [Number.NaN, -1, '1h'],
        timeoutMs: [Number.NaN, -1, 1.5, 2 ** 31],
      },
    },
    createLoadShedder: {
      take: createLoadShedder,
      wrong: {
        limit: [5],
        maxInFlight: [0, '5', Number.NaN],
        minInFlight: [0],
        maxLoopDelayMs: [0],
        maxQueueWaitMs: [Number.NaN],
        intervalMs: [0],
        retryAfterMs: [-1],
        enabled: ['no'],
        clock: [Date, null],
        random: [0.5],
      },
    },
    'dependency.configure': {
      take: (options) => guard().configure(options),
      wrong: {
        brekaer: [{}],
        fallback: [null, true, { enabled: 1 }, { on: true }],
        breaker: [null, { enabled: 0 }],
        deadlineMs: [0],
      },
    },
    'shedder.configure': {
      take(options) {
        const shedder = createLoadShedder();
        try {
          shedder.configure(options);
        } finally {
          shedder.close();
        }
      },
      wrong: { limit: [5], maxInFlight: [0], clock: [{}] },
    },
  };

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

describe.each(Object.entries(functions))('%s', (_name, { take, wrong }) => {
  const cases = Object.entries(wrong).flatMap(([option, values]) => values.map((value) => [option, value]));

  test.each(cases)('rejects %s: %j by name', (option, value) => {
    const error = thrownBy(() => take({ [option as string]: value }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    const { code, option: named } = error as InvalidOptionError;
    expect(code).toBe('E_INVALID_OPTION');
    // `deadlineMs` is short for `deadline.deadlineMs`.
    expect(`.${named}.`).toContain(`.${option}.`);
  });

  test.each([[null], ['options'], [7], [[]]])('rejects %j in place of its options', (options) => {
    expect(thrownBy(() => take(options))).toBeInstanceOf(InvalidOptionError);
  });
});

describe('the options of a call', () => {
  const signal = new AbortController().signal;

  test.each([
    ['deadline', { deadline: 3 }],
    ['deadlineMs', { deadlineMs: Number.NaN }],
    ['deadlineMs', { deadlineMs: '3' }],
    ['deadlineMs', { deadlineMs: null }],
    ['contextt', { contextt: 1 }],
    ['deadline', { deadline: undefined }],
    ['signal', { signal: {} }],
    ['priority', { priority: 'high' }],
    ['idempotent', { idempotent: 'yes' }],
    ['toString', { toString: 1 }],
    ['options', null],
    ['options', 'fast'],
    ['options', []],
  ])('are rejected for %s: %j, and the dependency is not asked', async (option, options) => {
    let asked = 0;
    const count = async () => ++asked;
    const degrade = [defaultAnswer(() => -1)];
    const one = dependency({ name: 'inventory', call: count, degrade });
    const error = await one.call(undefined, options as never).catch((caught) => caught);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error.option).toBe(option);
    expect(asked).toBe(0);
  });

  test.each([
    [undefined],
    [{}],
    [{ deadlineMs: undefined, signal: undefined, priority: undefined, idempotent: undefined }],
    [{ deadlineMs: 50, signal, priority: 'sheddable', idempotent: true, context: null }],
    [{ deadlineMs: Number.POSITIVE_INFINITY, priority: 'critical' }],
    [{ signal: { addEventListener() {}, removeEventListener() {} } }],
  ])('are taken when they are %j', async (options) => {
    await expect(guard().call(undefined, options as never)).resolves.toMatchObject({ value: 'fine' });
  });
});

test.each([[undefined], [null], ['popular'], [{ answer: 'popular' }]])(
  'defaultAnswer rejects %j: it needs a function',
  (answer) => {
    expect(() => defaultAnswer(answer as never)).toThrow(InvalidOptionError);
  },
);

test.each([[undefined], [null], [{}]])('onEvent rejects %j: it needs a function', (listener) => {
  expect(() => guard().onEvent(listener as never)).toThrow(InvalidOptionError);
});

test.each([[undefined], [null], [{}], [{ capture: () => 1 }]])('carryContext rejects %j', (carrier) => {
  expect(() => guard().carryContext(carrier as never)).toThrow(InvalidOptionError);
});

test.each([
  ['timeoutMs', { timeoutMs: 5 }],
  ['withinMs', { withinMs: Number.NaN }],
  ['everyMs', { everyMs: -1 }],
  ['options', null],
])('eventually rejects %s: %j before it tries', async (option, options) => {
  const attempt = () => true;
  await expect(eventually('it is so', attempt, options as never)).rejects.toMatchObject({ option });
});

test('the sweep above is not empty', () => {
  expect(thrownBy(() => standardPolicy({}))).toBe('nothing was thrown');
  expect(thrownBy(() => dependency({ name: 'inventory', call }))).toBe('nothing was thrown');
});
