import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Dependency, type DependencyOptions, keyed, standardPolicy } from '../../src/index.ts';
import { failWith, ManualClock, stubWork } from './fixture.ts';

// resilience4j#650, resilience4j#703: one breaker per host or tenant, without a leak per host or tenant.

function partners(
  limits: { max?: number; idleMs?: number } = {},
  options: Partial<DependencyOptions<string, string>> = {},
) {
  const clock = new ManualClock();
  const { call, asked } = stubWork<string>();
  const perHost = keyed<string, string>(
    {
      name: 'partner',
      policy: standardPolicy({ retry: { enabled: false }, breaker: { minCalls: 2 } }),
      call,
      clock,
      random: () => 0.5,
      ...options,
    },
    { max: 3, idleMs: 60_000, ...limits },
  );
  async function ask(key: string, isWell = true): Promise<string> {
    const fate = perHost
      .of(key)
      .call('x')
      .then(
        ({ source }) => source,
        ({ code, message }) => code ?? message,
      );
    if (isWell) asked.at(-1)?.succeed('fine');
    else asked.at(-1)?.fail(failWith());
    return fate;
  }
  return { perHost, ask, asked, clock };
}

describe('keyed', () => {
  test('gives each key protections of its own', async () => {
    const { perHost, ask } = partners();
    for (let i = 0; i < 2; i++) await ask('ill', false);
    expect(
      await perHost
        .of('ill')
        .call('x')
        .catch(({ code }) => code),
    ).toBe('E_BREAKER_OPEN');
    expect(await ask('well')).toBe('live');
  });

  test('gives the same dependency for the same key', () => {
    const { perHost } = partners();
    expect(perHost.of('a')).toBe(perHost.of('a'));
    expect(perHost.of('a')).not.toBe(perHost.of('b'));
    expectTypeOf(perHost.of('a')).toEqualTypeOf<Dependency<string, string>>();
  });

  test.each(['__proto__', 'constructor', 'toString', '', ' '])('takes any text for a key: %j', (key) => {
    const { perHost } = partners();
    expect(perHost.of(key).name).toBe('partner');
    expect([...perHost.keys()]).toEqual([key]);
  });

  test.each([undefined, null, 7, {}, Symbol('x')])('rejects a key that is no text: %s', (key) => {
    const { perHost } = partners();
    expect(() => perHost.of(key as never)).toThrow(expect.objectContaining({ code: 'E_INVALID_OPTION' }));
  });

  test('keeps no more than max, and lets go of the one that was unused the longest', async () => {
    const { perHost, ask, clock } = partners({ max: 3 });
    for (const key of ['a', 'b', 'c']) {
      await ask(key);
      await clock.advance(10);
    }
    await ask('a');
    await ask('d');
    expect([...perHost.keys()].sort()).toEqual(['a', 'c', 'd']);
    expect(perHost.size).toBe(3);
  });

  test('lets go of an open breaker only when there is no other: it is what protects', async () => {
    const { perHost, ask, clock } = partners({ max: 2 });
    for (let i = 0; i < 2; i++) await ask('ill', false);
    await clock.advance(10);
    await ask('b');
    await ask('c');
    expect([...perHost.keys()].sort()).toEqual(['c', 'ill']);
  });

  test('lets go of no dependency with calls in flight while there is another', async () => {
    const { perHost, ask, asked } = partners({ max: 2 });
    const early = perHost.of('a').call('x');
    const work = asked[0];
    await ask('b');
    await ask('c');
    expect([...perHost.keys()].sort()).toEqual(['a', 'c']);
    work?.succeed('fine');
    expect((await early).value).toBe('fine');
  });

  test('stays bounded though all are busy, and their calls are answered all the same', async () => {
    const { perHost, asked } = partners({ max: 2 });
    const answers = ['a', 'b', 'c', 'd'].map((key) => perHost.of(key).call(key));
    expect(perHost.size).toBe(2);
    for (const work of asked) work.succeed('fine');
    expect((await Promise.all(answers)).map(({ source }) => source)).toEqual(Array(4).fill('live'));
  });

  test('lets go of what was unused for idleMs, with a timer for all and not one per key', async () => {
    const { perHost, ask, clock } = partners({ idleMs: 60_000 });
    for (const key of ['a', 'b', 'c']) await ask(key);
    expect(clock.pendingTimers).toBeLessThanOrEqual(2);
    await clock.advance(59_000);
    await ask('a');
    await clock.advance(2000);
    expect([...perHost.keys()]).toEqual(['a']);
  });

  test('disposes of what it lets go', async () => {
    const { perHost, ask } = partners({ max: 1 });
    await ask('a');
    const evicted = perHost.of('a');
    await ask('b');
    await expect(evicted.call('x')).rejects.toMatchObject({ code: 'E_DISPOSED' });
  });

  test('can be listed, with its keys', async () => {
    const { perHost, ask } = partners();
    await ask('a');
    await ask('b');
    expect([...perHost].map(([key, one]) => [key, one.snapshot().calls.live])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  test('tells of all events, with the key and one name', async () => {
    const { perHost, ask } = partners();
    const heard: unknown[] = [];
    const stop = perHost.onEvent((event) => heard.push([event.dependency, event.key, event.type]));
    await ask('a');
    await ask('b');
    stop();
    await ask('c');
    expect(heard).toEqual(
      ['a', 'b'].flatMap((key) => ['attempt', 'call.end'].map((type) => ['partner', key, type])),
    );
  });

  test('changes all of them, and those to come', async () => {
    const { perHost } = partners();
    const early = perHost.of('a');
    perHost.configure({ bulkhead: { maxConcurrent: 7 } });
    for (const one of [early, perHost.of('b')]) expect(one.snapshot().policies.bulkhead.limit).toBe(7);
  });

  test('rejects a bad patch as a whole', () => {
    const { perHost } = partners();
    const early = perHost.of('a');
    expect(() => perHost.configure({ bulkhead: { maxConcurrent: -1 } })).toThrow();
    expect(early.snapshot().policies.bulkhead.limit).toBe(32);
  });

  test.each(['dispose', Symbol.dispose] as const)('ends them all with %s', async (name) => {
    const { perHost, ask } = partners();
    await ask('a');
    const one = perHost.of('a');
    (perHost as unknown as Record<PropertyKey, () => void>)[name]?.();
    await expect(one.call('x')).rejects.toMatchObject({ code: 'E_DISPOSED' });
    expect(perHost.size).toBe(0);
    expect(() => perHost.of('b')).toThrow(expect.objectContaining({ code: 'E_DISPOSED' }));
  });

  test.each([{ max: 0 }, { max: 1.5 }, { max: Number.NaN }, { idleMs: 0 }, { idleMs: '1m' }, { maxx: 3 }])(
    'rejects limits that make no sense: %j',
    (limits) => {
      expect(() => partners(limits as never)).toThrow(expect.objectContaining({ code: 'E_INVALID_OPTION' }));
    },
  );
});
