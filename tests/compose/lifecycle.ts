import { performance } from 'node:perf_hooks';
import { eventually } from '@ballast/resilience/testing';
import type { TestProject } from 'vitest/node';
import { placeOrder } from './shop.ts';
import { compose, everyMs } from './stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** From `docker compose up` with built images to the first accepted order. */
    readonly firstOrderAfterMs: number;
  }
}

/** Builds and starts the stack before the first test, and takes it down after the last, also after a failure. */
export async function setup(project: TestProject): Promise<void> {
  try {
    await compose('down', '--volumes', '--remove-orphans', '--timeout', '1');
    await compose('build', '--quiet');
    const begin = performance.now();
    const [, firstOrderAfterMs] = await Promise.all([
      compose('up', '--detach', '--wait'),
      untilFirstOrder(begin),
    ]);
    project.provide('firstOrderAfterMs', firstOrderAfterMs);
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function untilFirstOrder(begin: number): Promise<number> {
  const order = async () => {
    const { status } = await placeOrder();
    if (status !== 201) throw new Error(`answered ${status}`);
  };
  await eventually('an order is accepted', order, { withinMs: 300_000, everyMs });
  return performance.now() - begin;
}

export async function teardown(): Promise<void> {
  if (process.env.KEEP_STACK) return;
  await compose('down', '--volumes', '--remove-orphans', '--timeout', '1');
}
