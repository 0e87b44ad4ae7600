import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { type DependencyOptions, defaultAnswer, type PolicyOptions } from '../../src/index.ts';
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
  for (const type of ['PROMISE', 'Timeout', 'Immediate', 'TickObject', 'Microtask']) made.delete(type);
  expect([...made]).toEqual([]);
});
