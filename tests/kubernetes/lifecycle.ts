import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { applyDemo, ordersUrl, removeDemo } from './cluster.ts';
import { placeOrder } from './shop.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** From `kubectl apply`, with the images there, to the first accepted order. */
    firstOrderAfterMs: number;
  }
}

const patienceMs = 180_000;

/** Applies the demo before the first test, and removes its namespace after the last, also after a failure. */
export async function setup(project: TestProject): Promise<void> {
  try {
    await removeDemo();
    const begin = performance.now();
    await applyDemo();
    await untilFirstOrder(begin + patienceMs);
    project.provide('firstOrderAfterMs', performance.now() - begin);
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function untilFirstOrder(endsAt: number): Promise<void> {
  for (;;) {
    const status = await ordersUrl()
      .then(placeOrder)
      .then((answer) => answer.status)
      .catch(() => undefined);
    if (status === 201) return;
    if (performance.now() > endsAt) throw new Error(`no order was accepted within ${patienceMs} ms`);
    await delay(200);
  }
}

export async function teardown(): Promise<void> {
  if (!process.env.KEEP_STACK) await removeDemo();
}
