import { describe, expect, test } from 'vitest';
import { defaultAnswer, type PolicyOptions } from '../../src/index.ts';
import { alone, failWith, guarded, mapCache, remembering } from './fixture.ts';

// opossum#540, resilience4j#780, resilience4j#804: a 404 is served from the cache as if the dependency were away.

const steps = () => [remembering(), defaultAnswer<unknown, string>(() => 'made up')];

interface CallersFault {
  readonly says: string;
  readonly error: object;
  readonly policy?: PolicyOptions;
}

const byStatus: CallersFault[] = [400, 401, 403, 404, 409, 410, 422].map((status) => ({
  says: `an HTTP ${status} by isFailure`,
  error: failWith({ status, isFailure: false }),
}));
const faults: CallersFault[] = [
  ...byStatus,
  { says: 'the verdict of the error', error: failWith({ verdict: 'caller' }) },
  { says: 'isFailure of the policy', error: new RangeError('page 0'), policy: { isFailure: () => false } },
  {
    says: 'classify of the policy',
    error: new RangeError('page 0'),
    policy: { classify: (error: unknown) => (error instanceof RangeError ? 'caller' : undefined) },
  },
];

describe("an error that is the caller's fault", () => {
  test.each(faults)('rejects, though an older answer is known: $says', async ({ error, policy }) => {
    const { guard, asked } = guarded({ ...alone, ...policy }, { degrade: steps() });
    const live = guard.call('a');
    asked[0]?.succeed('secret');
    await live;
    const answer = guard.call('a');
    asked[1]?.fail(error);
    await expect(answer).rejects.toBe(error);
  });

  test.each(faults)('rejects, though there is a default answer: $says', async ({ error, policy }) => {
    const { guard, asked } = guarded({ ...alone, ...policy }, { degrade: [defaultAnswer(() => 'made up')] });
    const answer = guard.call('a');
    asked[0]?.fail(error);
    await expect(answer).rejects.toBe(error);
  });
});

// Each row of "One verdict per error" in the design.
const verdicts = [
  { name: 'failure: nothing said', hints: {}, retried: true, counted: true, degraded: true },
  { name: 'failure by verdict', hints: { verdict: 'failure' }, retried: true, counted: true, degraded: true },
  { name: 'busy, not told when', hints: { verdict: 'busy' }, retried: false, counted: false, degraded: true },
  {
    name: 'busy, told when',
    hints: { verdict: 'busy', retryAfterMs: 100 },
    retried: true,
    counted: false,
    degraded: true,
  },
  {
    name: 'busy, because it is told when',
    hints: { retryAfterMs: 100 },
    retried: true,
    counted: false,
    degraded: true,
  },
  {
    name: 'caller by verdict',
    hints: { verdict: 'caller' },
    retried: false,
    counted: false,
    degraded: false,
  },
  {
    name: 'caller by isFailure',
    hints: { isFailure: false },
    retried: false,
    counted: false,
    degraded: false,
  },
  {
    name: 'a verdict nobody knows is a failure',
    hints: { verdict: 'sulking' },
    retried: true,
    counted: true,
    degraded: true,
  },
] as const;

describe('one verdict per error', () => {
  test.each(verdicts)('$name: retried $retried', async ({ hints, retried }) => {
    const { guard, asked, clock } = guarded({ deadlineMs: 10_000, attemptTimeoutMs: 1000 });
    guard.call('a').catch(() => {});
    asked[0]?.fail(failWith(hints));
    await clock.advance(5000);
    expect(asked.length).toBe(retried ? 2 : 1);
  });

  test.each(verdicts)('$name: counted $counted', async ({ hints, counted }) => {
    // Two out of twenty, so that it does not matter what an answer to all of them would mean.
    const { guard, ask, asked } = guarded({ ...alone, breaker: { minCalls: 20, failureRatio: 0.1 } });
    for (let i = 0; i < 20; i++) {
      const fate = ask(i);
      if (i % 10 === 9) asked[i]?.fail(failWith(hints));
      else asked[i]?.succeed('fine');
      await fate;
    }
    expect(guard.snapshot().policies.breaker.state).toBe(counted ? 'open' : 'closed');
  });

  test.each(verdicts)('$name: degraded $degraded', async ({ hints, degraded }) => {
    const { ask, asked } = guarded(alone, { degrade: [defaultAnswer(() => 'made up')] });
    const fate = ask('a');
    asked[0]?.fail(failWith(hints));
    expect(await fate).toBe(degraded ? 'default' : 'no answer');
  });

  test("a caller's fault is neutral: it neither opens the breaker nor hides that the rest fails", async () => {
    const { guard, ask, asked } = guarded({ ...alone, breaker: { minCalls: 20, failureRatio: 0.5 } });
    for (let i = 0; i < 60; i++) {
      const fate = ask(i);
      asked.at(-1)?.fail(failWith(i % 3 === 0 ? {} : { isFailure: false }));
      await fate;
    }
    // Twenty of twenty calls that say anything have failed.
    expect(guard.snapshot().policies.breaker.state).toBe('open');
  });

  // resilience4j#780: an ignored error in half-open takes a probe's place for good.
  test("a probe that ends with a caller's fault has shown that the dependency answers", async () => {
    const { guard, ask, asked, clock } = guarded({
      ...alone,
      breaker: { minCalls: 2, openMs: 1000, openJitterRatio: 0, probes: 2, rampStageMs: 0 },
    });
    for (let i = 0; i < 2; i++) {
      const fate = ask(i);
      asked.at(-1)?.fail(failWith());
      await fate;
    }
    await clock.advance(1000);
    for (let i = 0; i < 200; i++) {
      const before = asked.length;
      const fate = ask(i);
      if (asked.length > before) asked.at(-1)?.fail(failWith({ isFailure: false }));
      await fate;
    }
    expect(guard.snapshot().policies.breaker.state).toBe('closed');
  });

  test.each([
    ['failure', {}, true],
    ['busy', { verdict: 'busy' }, true],
    ['caller', { isFailure: false }, false],
  ])('the throttle follows the same table: %s', async (_, hints, rejects) => {
    const { guard, ask, asked } = guarded({ ...alone, throttle: {}, breaker: { enabled: false } });
    for (let i = 0; i < 200; i++) {
      const before = asked.length;
      const fate = ask(i);
      if (asked.length > before) asked.at(-1)?.fail(failWith(hints));
      await fate;
    }
    expect(guard.snapshot().rejections.throttle !== undefined).toBe(rejects);
  });
});

describe('degradeOn', () => {
  const gone = failWith({ isFailure: false, status: 410 });
  const away = failWith();

  test('is asked with the error and its verdict, once per step', async () => {
    const heard: unknown[] = [];
    const step = (name: string) =>
      defaultAnswer<unknown, string>(() => name, {
        degradeOn: (error, verdict) => {
          heard.push([name, error, verdict]);
          return name === 'second';
        },
      });
    const { guard, asked } = guarded(alone, { degrade: [step('first'), step('second')] });
    const answer = guard.call('a');
    asked[0]?.fail(gone);
    expect(await answer).toMatchObject({ value: 'second', source: 'default' });
    expect(heard).toEqual([
      ['first', gone, 'caller'],
      ['second', gone, 'caller'],
    ]);
  });

  test.each([
    { error: gone, answered: true },
    { error: away, answered: false },
  ])(
    "lets a step answer a caller's fault and decline an outage: $error.status",
    async ({ error, answered }) => {
      const isGone = (it: unknown) => (it as { status?: number }).status === 410;
      const { guard, asked } = guarded(alone, {
        degrade: [defaultAnswer(() => 'none', { degradeOn: isGone })],
      });
      const answer = guard.call('a');
      asked[0]?.fail(error);
      if (answered) expect(await answer).toMatchObject({ value: 'none' });
      else await expect(answer).rejects.toBe(error);
    },
  );

  test('of staleIfError keeps an older answer from standing in for a certain error', async () => {
    const { staleIfError } = await import('../../src/index.ts');
    const cache = mapCache<string>();
    const step = staleIfError<unknown, string>({
      cache,
      key: () => 'a',
      degradeOn: (error) => error !== away,
    });
    const { guard, asked } = guarded(alone, { degrade: [step] });
    const live = guard.call('a');
    asked[0]?.succeed('old');
    await live;
    const answer = guard.call('a');
    asked[1]?.fail(away);
    await expect(answer).rejects.toBe(away);
  });

  test.each([
    {
      degradeOn: () => {
        throw new Error('broken');
      },
    },
    {
      degradeOn: async () => {
        throw new Error('broken');
      },
    },
  ])('that is broken declines, and the error reaches the caller', async ({ degradeOn }) => {
    const { guard, asked } = guarded(alone, {
      degrade: [defaultAnswer(() => 'made up', { degradeOn: degradeOn as never })],
    });
    const answer = guard.call('a');
    asked[0]?.fail(away);
    await expect(answer).rejects.toBe(away);
  });
});
