import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { type DependencyOptions, defaultAnswer, type PolicyOptions, staleIfError } from '../../src/index.ts';
import { guarded, settled } from './fixture.ts';

// p-queue#200: what waited in a queue went on in the AsyncLocalStorage of whoever freed its place: 4 of 5 as the wrong
// tenant.

const tenants = new AsyncLocalStorage<string>();

type Options = Partial<DependencyOptions<unknown, string>>;

/** Calls of tenants, without a carrier. */
function forTenants(policy: PolicyOptions, options: Options = {}) {
  const tools = guarded({ deadlineMs: 10_000, attemptTimeoutMs: 1000, ...policy }, options);
  const askAs = (tenant: string, signal?: AbortSignal) =>
    tenants.run(tenant, () =>
      tools.guard.call(tenant, signal ? { signal } : {}).then(
        ({ value }) => value,
        (error) => error.code ?? error.message,
      ),
    );
  return { ...tools, askAs };
}

/** A dependency whose work says as whom it runs. */
function speaking(policy: PolicyOptions, options: Options = {}) {
  const asked: { tenant: unknown; as: string | undefined; succeed(): void; fail(error: unknown): void }[] =
    [];
  const tools = forTenants(policy, {
    call: (tenant) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      asked.push({ tenant, as: tenants.getStore(), succeed: () => resolve('fine'), fail: reject });
      return promise;
    },
    ...options,
  });
  return { ...tools, asked };
}

const names = ['a', 'b', 'c', 'd', 'e'];

describe('without a carrier, everything of a call runs as its own caller', () => {
  test('the work of a call that waited for a permit', async () => {
    const { askAs, asked } = speaking({ bulkhead: { maxConcurrent: 1, maxQueue: 10, queueTimeoutMs: 1000 } });
    const fates = names.map((name) => askAs(name));
    for (let i = 0; i < names.length; i++) {
      tenants.run('whoever frees the permit', () => asked[i]?.succeed());
      await settled();
    }
    await Promise.all(fates);
    expect(asked.map(({ as }) => as)).toEqual(names);
  });

  test('the work of a call that waited until the limit was raised', async () => {
    const { guard, askAs, asked } = speaking({ bulkhead: { maxConcurrent: 1, maxQueue: 10 } });
    for (const name of names) askAs(name);
    tenants.run('admin', () => guard.configure({ bulkhead: { maxConcurrent: 10 } }));
    expect(asked.map(({ as }) => as)).toEqual(names);
  });

  test('a retry', async () => {
    const { askAs, asked, clock } = speaking({ retry: { budget: { enabled: false } } });
    for (const name of names) askAs(name);
    for (const work of [...asked]) work.fail(new Error('no'));
    await clock.advance(200);
    expect(asked.slice(5).map(({ as, tenant }) => [as, tenant])).toEqual(
      asked.slice(5).map(({ tenant }) => [tenant, tenant]),
    );
    expect(asked.length).toBe(10);
  });

  test('a hedge', async () => {
    const { askAs, asked, clock } = speaking({
      hedge: { minCalls: 1 },
      retry: { budget: { enabled: false } },
    });
    for (let i = 0; i < 20; i++) {
      const fate = askAs('warm up');
      asked.at(-1)?.succeed();
      await fate;
    }
    // The quantile is learned anew every 100 ms.
    await clock.advance(100);
    const before = asked.length;
    for (const name of names) askAs(name);
    await clock.advance(100);
    const hedges = asked.slice(before + 5);
    expect(hedges.length).toBe(5);
    expect(hedges.map(({ as }) => as)).toEqual(hedges.map(({ tenant }) => tenant));
  });

  const storesOf = (options: PolicyOptions) => {
    const stores: unknown[] = [];
    const step = defaultAnswer<unknown, string>((tenant) => {
      stores.push([tenant, tenants.getStore()]);
      return 'made up';
    });
    return { ...speaking(options, { degrade: [step] }), stores };
  };
  const own = names.map((name) => [name, name]);

  test('the degraded answer after a timeout', async () => {
    const { askAs, clock, stores } = storesOf({ attemptTimeoutMs: 100, retry: { enabled: false } });
    const fates = names.map((name) => askAs(name));
    await clock.advance(200);
    await Promise.all(fates);
    expect(stores.toSorted()).toEqual(own);
  });

  test('the degraded answer after a wait in the queue', async () => {
    const { askAs, clock, stores } = storesOf({
      bulkhead: { maxConcurrent: 1, maxQueue: 10, queueTimeoutMs: 50 },
    });
    askAs('first');
    const fates = names.map((name) => askAs(name));
    await clock.advance(100);
    await Promise.all(fates);
    expect(stores.toSorted()).toEqual(own);
  });

  test('what listeners do after a wait', async () => {
    const { guard, askAs, asked, clock } = speaking({ retry: { budget: { enabled: false } } });
    const heard: unknown[] = [];
    guard.onEvent(({ type }) => heard.push([type, tenants.getStore()]));
    const fate = askAs('a');
    asked[0]?.fail(new Error('no'));
    await clock.advance(200);
    asked[1]?.succeed();
    await fate;
    expect(heard).toEqual(['attempt', 'retry', 'attempt', 'call.end'].map((type) => [type, 'a']));
  });

  test('what follows a cancel', async () => {
    const { guard, askAs } = speaking({});
    const heard: unknown[] = [];
    guard.onEvent(({ type }) => heard.push([type, tenants.getStore()]));
    const cancel = new AbortController();
    const fate = askAs('a', cancel.signal);
    tenants.run('canceller', () => cancel.abort());
    expect(await fate).toBe('E_CANCELLED');
    expect(heard.length).toBeGreaterThanOrEqual(2);
    expect(new Set(heard.map((entry) => (entry as unknown[])[1]))).toEqual(new Set(['a']));
  });

  test('a call made outside of any context stays outside', async () => {
    const { guard, asked } = speaking({ bulkhead: { maxConcurrent: 1, maxQueue: 10 } });
    tenants.run('a', () => guard.call('a'));
    tenants.exit(() => guard.call('outside'));
    tenants.run('a', () => asked[0]?.succeed());
    await settled();
    expect(asked[1]).toMatchObject({ tenant: 'outside', as: undefined });
  });
});

/** What listeners and the listeners of signals see, by the context that belongs to the call: `[who, as whom]`. */
function seenBy(policy: PolicyOptions) {
  const seen: [unknown, unknown][] = [];
  const tools = forTenants(policy, {
    idempotent: false,
    call: (tenant, { signal }) => {
      signal.addEventListener('abort', () => seen.push([tenant, tenants.getStore()]));
      return new Promise<string>(() => {});
    },
  });
  tools.guard.onEvent(({ context }) => seen.push([context, tenants.getStore()]));
  const askAs = (tenant: string, signal?: AbortSignal) =>
    tenants.run(tenant, () => tools.ask(tenant, { context: tenant, ...(signal && { signal }) }));
  return { ...tools, askAs, seen };
}

const meetings = (seen: readonly [unknown, unknown][]) =>
  seen.filter(([who, as]) => as !== undefined && as !== who);

describe('whatever ends a wait, nothing of one call runs as another', () => {
  test('the shared timer, which the first call has set, ends the others as nobody', async () => {
    const { askAs, clock, seen } = seenBy({ attemptTimeoutMs: 100 });
    const fates = names.map((name) => askAs(name));
    await clock.advance(200);
    await Promise.all(fates);
    expect(seen.length).toBeGreaterThanOrEqual(3 * names.length);
    expect(meetings(seen)).toEqual([]);
  });

  test('the shared timer, set again and again while calls come', async () => {
    const { askAs, clock, seen } = seenBy({ attemptTimeoutMs: 100, breaker: { enabled: false } });
    askAs('first');
    for (let i = 0; i < 50; i++) {
      await clock.advance(30);
      askAs(`later ${i}`);
    }
    await clock.advance(200);
    expect(meetings(seen)).toEqual([]);
  });

  test('a signal that others abort', async () => {
    const { askAs, seen } = seenBy({});
    const shared = new AbortController();
    const fates = names.map((name) => askAs(name, shared.signal));
    tenants.run('whoever aborts', () => shared.abort());
    await Promise.all(fates);
    expect(seen.length).toBeGreaterThanOrEqual(2 * names.length);
    expect(meetings(seen)).toEqual([]);
  });

  test('the end of the open time, which belongs to no call', async () => {
    const { guard, askAs, asked, clock } = speaking({
      breaker: { minCalls: 1, openMs: 1000, openJitterRatio: 0 },
      retry: { enabled: false },
    });
    const heard: unknown[] = [];
    guard.onEvent((event) => {
      if (event.type === 'breaker.transition') heard.push([event.to, tenants.getStore()]);
    });
    askAs('a');
    asked[0]?.fail(new Error('no'));
    await clock.advance(1500);
    // It is opened by a call, and that shows; half-open it gets by itself.
    expect(heard).toEqual([
      ['open', 'a'],
      ['half-open', undefined],
    ]);
  });

  test('a hedge, where failures are not retried', async () => {
    const { askAs, asked, clock } = speaking({
      hedge: { enabled: true, minCalls: 1 },
      retry: { enabled: false, budget: { enabled: false } },
    });
    for (let i = 0; i < 20; i++) {
      const fate = askAs('warm up');
      asked.at(-1)?.succeed();
      await fate;
    }
    await clock.advance(100);
    for (const name of names) askAs(name);
    await clock.advance(100);
    const hedges = asked.slice(25);
    expect(hedges.map(({ as }) => as)).toEqual(hedges.map(({ tenant }) => tenant));
    expect(hedges.length).toBe(5);
  });

  test('a retry that is switched on while the first attempt runs', async () => {
    const { guard, askAs, asked, clock } = speaking({
      retry: { enabled: false, budget: { enabled: false } },
    });
    for (const name of names) askAs(name);
    guard.configure({ retry: { enabled: true } });
    for (const work of [...asked]) work.fail(new Error('no'));
    await clock.advance(200);
    const retries = asked.slice(5);
    expect(retries.map(({ as }) => as)).toEqual(retries.map(({ tenant }) => tenant));
    expect(retries.length).toBe(5);
  });

  test('an operation that waits, is retried and degrades', async () => {
    const { guard, clock } = forTenants({
      attemptTimeoutMs: 100,
      bulkhead: { maxConcurrent: 1, maxQueue: 10, queueTimeoutMs: 5000 },
      retry: { budget: { enabled: false } },
      breaker: { enabled: false },
    });
    const seen: [unknown, unknown][] = [];
    const see = (name: string) => seen.push([name, tenants.getStore()]);
    const fates = names.map((name) => {
      const answer = () => {
        see(name);
        return { value: 'made up' };
      };
      const work = () => {
        see(name);
        return new Promise<string>(() => {});
      };
      const options = { idempotent: true, degrade: [{ source: 'default' as const, answer }] };
      return tenants.run(name, () => guard.execute(work, options));
    });
    guard.configure({ bulkhead: { abandonedLeaseMs: 0 } });
    await clock.advance(5000);
    await Promise.all(fates);
    expect(seen.length).toBeGreaterThanOrEqual(3 * names.length);
    expect(seen.filter(([who, as]) => who !== as)).toEqual([]);
  });

  test('a value that waits for another to be written to the cache', async () => {
    const stores: unknown[] = [];
    const written: (() => void)[] = [];
    const cache = {
      get: async () => undefined,
      set: (_: string, value: string) => {
        stores.push([value, tenants.getStore()]);
        return new Promise<void>((resolve) => written.push(resolve));
      },
    };
    const { askAs } = forTenants(
      {},
      {
        call: async (tenant) => tenant as string,
        degrade: [staleIfError<unknown, string>({ cache, key: () => 'shared' })],
      },
    );
    await askAs('a');
    await askAs('b');
    tenants.run('whoever writes', () => written[0]?.());
    await settled();
    expect(stores).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });
});

describe('a carrier', () => {
  /** Carries what is its own, such as a trace, and nothing else. */
  const tracesOnly = () => {
    const traces = new AsyncLocalStorage<string>();
    const carrier = {
      capture: () => traces.getStore(),
      run: (trace: unknown, work: () => void) => traces.run(trace as string, work),
    };
    return { traces, carrier };
  };
  const narrow = { bulkhead: { maxConcurrent: 1, maxQueue: 10 } };

  test('of one store takes none of the others away', async () => {
    const { traces, carrier } = tracesOnly();
    const { guard, askAs, asked } = speaking(narrow);
    guard.carryContext(carrier);
    for (const name of names) traces.run(`trace of ${name}`, () => askAs(name));
    for (let i = 0; i < names.length; i++) {
      tenants.run('whoever frees the permit', () => asked[i]?.succeed());
      await settled();
    }
    expect(asked.map(({ as }) => as)).toEqual(names);
  });

  test('that is set while calls wait leaves them their own context', async () => {
    const { guard, askAs, asked } = speaking(narrow);
    for (const name of names) askAs(name);
    guard.carryContext({
      capture: () => tenants.getStore(),
      run: (captured, work) => tenants.run(captured as string, work),
    });
    for (let i = 0; i < names.length; i++) {
      tenants.run('whoever frees the permit', () => asked[i]?.succeed());
      await settled();
    }
    expect(asked.map(({ as }) => as)).toEqual(names);
  });

  test('gets back what it has captured itself, not what the one before it has', async () => {
    const { guard, askAs, asked } = speaking(narrow);
    const runs: string[] = [];
    const carrierOf = (name: string) => ({
      capture: () => name,
      run: (captured: unknown, work: () => void) => {
        runs.push(`${captured} by ${name}`);
        work();
      },
    });
    guard.carryContext(carrierOf('first'));
    askAs('a');
    askAs('b');
    guard.carryContext(carrierOf('second'));
    asked[0]?.succeed();
    await settled();
    expect(runs).toEqual(['first by first']);
  });
});

test('a carrier that is set still decides', async () => {
  const { guard, askAs, asked } = speaking({ bulkhead: { maxConcurrent: 1, maxQueue: 10 } });
  guard.carryContext({
    capture: () => tenants.getStore(),
    run: (captured, work) => tenants.run(`carried ${captured}`, work),
  });
  askAs('a');
  askAs('b');
  asked[0]?.succeed();
  await settled();
  expect(asked[1]?.as).toBe('carried b');
});

test('a call that nothing of ours can follow makes no async resource but its promises', async () => {
  // Neither retried nor degraded: where it does not wait in the queue, all of it runs where the caller is.
  const { guard } = guarded({}, { call: async () => 'fine', idempotent: false });
  const made = new Set<string>();
  const hook = createHook({ init: (_, type) => made.add(type) }).enable();
  await guard.call('a');
  hook.disable();
  for (const type of ['PROMISE', 'Timeout', 'Immediate', 'TickObject', 'Microtask', 'ManualClock'])
    made.delete(type);
  expect([...made]).toEqual([]);
});
