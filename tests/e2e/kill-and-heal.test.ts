import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeOf } from '@ballast/demo/topology';
import { findPostgres } from '@ballast/supervisor/postgres';
import { commandOf } from '@ballast/supervisor/process-table';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedDemo, startDemo } from './embedded-demo.ts';
import { confirmedOrder, eventually, healingMs, placeOrder, statusOf } from './shop.ts';

function whyNoPostgres(): string | undefined {
  try {
    findPostgres();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Ends without waiting for anybody: a killed supervisor has no say in it either. */
async function untilGone(pids: readonly number[]): Promise<number[]> {
  let left = [...pids];
  for (let tries = 0; left.length > 0 && tries < 300; tries += 1) {
    await delay(50);
    left = left.filter((pid) => commandOf(pid) !== '');
  }
  return left;
}

const reason = whyNoPostgres();

describe.skipIf(reason)(`the embedded system${reason ? ` (${reason})` : ''}`, () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'ballast-e2e-'));
  // As in a checkout: with 0700, root's database would have to live elsewhere.
  chmodSync(dataFolder, 0o755);
  let demo: EmbeddedDemo;

  beforeAll(async () => {
    demo = await startDemo(dataFolder);
  });

  afterAll(async () => {
    demo?.process.kill('SIGTERM');
    await demo?.ended();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  test('confirms orders with live recommendations', async () => {
    const answer = await eventually(
      () => placeOrder(demo, crypto.randomUUID()),
      ({ body }) => body.recommendations?.source === 'live',
      healingMs,
    );
    expect(answer).toMatchObject({ status: 201, body: { status: 'confirmed', degraded: false } });
  });

  test('confirms orders with worse recommendations while recommendation is dead, and live ones after', async () => {
    process.kill(demo.pidOf('recommendation'), 'SIGKILL');
    for (let order = 0; order < 20; order += 1) {
      const { status, body } = await placeOrder(demo, crypto.randomUUID());
      expect([status, body.degraded]).toEqual([201, true]);
      expect(['cached', 'default']).toContain(body.recommendations.source);
    }
    const healed = await eventually(
      () => placeOrder(demo, crypto.randomUUID()),
      ({ body }) => body.recommendations?.source === 'live',
      healingMs,
    );
    expect(healed.body.recommendations.source).toBe('live');
  });

  test('accepts orders as pending while inventory is dead, and confirms them once it is back', async () => {
    process.kill(demo.pidOf('inventory'), 'SIGKILL');
    const pending = await Promise.all(
      Array.from({ length: 10 }, () => placeOrder(demo, crypto.randomUUID())),
    );
    expect(pending.map(({ status, body }) => [status, body.status])).toEqual(
      Array(10).fill([202, 'pending']),
    );
    await eventually(
      () => fetch(`${nodeOf(demo.topology, 'inventory').url}/health/ready`),
      ({ ok }) => ok,
      healingMs,
    );
    const states = await Promise.all(
      pending.map(({ body }) =>
        eventually(
          () => statusOf(demo, body.id),
          (state) => state !== 'pending',
          healingMs,
        ),
      ),
    );
    expect(states).toEqual(Array(10).fill('confirmed'));
  });

  test('keeps every acknowledged order when orders itself is killed, and the same key finds the same order', async () => {
    const { key, id } = await confirmedOrder(demo);
    process.kill(demo.pidOf('orders'), 'SIGKILL');
    await expect(placeOrder(demo, key)).rejects.toThrow();
    const after = await eventually(
      () => placeOrder(demo, key),
      ({ status }) => status === 201,
      healingMs,
    );
    expect(after).toMatchObject({ status: 201, replayed: true, body: { id } });
  });

  test('a supervisor that is killed leaves no process, and the next start finds the orders', async () => {
    const { id } = await confirmedOrder(demo);
    const tree = demo.tree();
    expect(tree.length).toBeGreaterThan(5);
    demo.process.kill('SIGKILL');
    expect(await untilGone(tree)).toEqual([]);
    demo = await startDemo(dataFolder, demo.topology.portBase);
    const state = await eventually(
      () => statusOf(demo, id),
      () => true,
      healingMs,
    );
    expect(state).toBe('confirmed');
  });

  test('says that it is ready once, and Ctrl-C leaves no process', async () => {
    const tree = demo.tree();
    demo.process.kill('SIGINT');
    expect(await demo.ended()).toBe(0);
    expect(await untilGone(tree)).toEqual([]);
    expect(demo.output().match(/^Ballast is ready: /gm)).toHaveLength(1);
  });
});
