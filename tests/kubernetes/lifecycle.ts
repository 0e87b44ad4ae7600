import { performance } from 'node:perf_hooks';
import { eventually } from '@ballast/resilience/testing';
import type { TestProject } from 'vitest/node';
import { applyDemo, ordersUrl, removeDemo } from './cluster.ts';
import { placeOrder } from './shop.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** From `kubectl apply`, with the images there, to the first accepted order. */
    readonly firstOrderAfterMs: number;
  }
}

const acceptsWithinMs = 180_000;

/** Applies the demo before the first test, and removes its namespace after the last, also after a failure. */
export async function setup(project: TestProject): Promise<void> {
  try {
    await removeDemo();
    const begin = performance.now();
    await applyDemo();
    await untilFirstOrder();
    project.provide('firstOrderAfterMs', performance.now() - begin);
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function untilFirstOrder(): Promise<void> {
  const order = async () => {
    const { status } = await placeOrder(await ordersUrl());
    if (status !== 201) throw new Error(`answered ${status}`);
  };
  await eventually('an order is accepted', order, { withinMs: acceptsWithinMs, everyMs: 200 });
}

export async function teardown(): Promise<void> {
  if (!process.env.KEEP_STACK) await removeDemo();
}
