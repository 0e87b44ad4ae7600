import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeOf } from '@ballast/demo/topology';
import { eventually } from '@ballast/resilience/testing';
import { findPostgres } from '@ballast/supervisor/postgres';
import { commandOf } from '@ballast/supervisor/process-table';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedDemo, startDemo } from './embedded-demo.ts';
import { type Answer, confirmedOrder, healingMs, placeOrder, statusOf } from './shop.ts';

function whyNoPostgres(): string | undefined {
  try {
    findPostgres();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Asks the system for its processes: a supervisor that was killed can't answer for them. */
function expectGone(pids: readonly number[]): Promise<void> {
  const isRunning = (pid: number) => commandOf(pid) !== '';
  return eventually('every process is gone', () => expect(pids.filter(isRunning)).toEqual([]), {
    withinMs: 15_000,
  });
}

/** Places orders until one is answered with live recommendations. */
function liveOrder(demo: EmbeddedDemo): Promise<Answer> {
  const place = async () => {
    const answer = await placeOrder(demo, crypto.randomUUID());
    expect(answer.body.recommendations?.source).toBe('live');
    return answer;
  };
  return eventually('recommendations are live', place, { withinMs: healingMs });
}

const reason = whyNoPostgres();

describe.skipIf(reason)(`the embedded system${reason ? ` (${reason})` : ''}`, () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'ballast-e2e-'));
  // A temporary folder is 0700, which the account of root's database can't enter; a checkout can be entered.
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
    expect(await liveOrder(demo)).toMatchObject({
      status: 201,
      body: { status: 'confirmed', degraded: false },
    });
  });

  test('confirms orders with degraded recommendations while recommendation is down, and with live ones afterwards', async () => {
    await liveOrder(demo);
    process.kill(demo.pidOf('recommendation'), 'SIGKILL');
    for (let order = 0; order < 20; order += 1) {
      const { status, body } = await placeOrder(demo, crypto.randomUUID());
      expect([status, body.degraded]).toEqual([201, true]);
      expect(['cached', 'default']).toContain(body.recommendations.source);
    }
    await liveOrder(demo);
  });

  test('accepts orders as pending while inventory is down, and confirms them afterwards', async () => {
    await confirmedOrder(demo);
    process.kill(demo.pidOf('inventory'), 'SIGKILL');
    const pending = await Promise.all(
      Array.from({ length: 10 }, () => placeOrder(demo, crypto.randomUUID())),
    );
    expect(pending.map(({ status, body }) => [status, body.status])).toEqual(
      Array(10).fill([202, 'pending']),
    );
    const isReady = async () => (await fetch(`${nodeOf(demo.topology, 'inventory').url}/health/ready`)).ok;
    await eventually('inventory is ready', isReady, { withinMs: healingMs });
    const settledStatus = async (id: string) => {
      const status = await statusOf(demo, id);
      return status !== 'pending' && status;
    };
    const statuses = await Promise.all(
      pending.map(({ body: { id } }) =>
        eventually(`order ${id} is settled`, () => settledStatus(id), { withinMs: healingMs }),
      ),
    );
    expect(statuses).toEqual(Array(10).fill('confirmed'));
  });

  test('keeps every acknowledged order when orders itself is killed, and the same key finds the same order', async () => {
    const { key, id } = await confirmedOrder(demo);
    process.kill(demo.pidOf('orders'), 'SIGKILL');
    await expect(placeOrder(demo, key)).rejects.toThrow();
    const placeAgain = async () => {
      const answer = await placeOrder(demo, key);
      expect(answer.status).toBe(201);
      return answer;
    };
    const after = await eventually('orders serves again', placeAgain, { withinMs: healingMs });
    expect(after).toMatchObject({ status: 201, replayed: true, body: { id } });
  });

  test('a supervisor that is killed leaves no process, and the next start finds the orders', async () => {
    const { id } = await confirmedOrder(demo);
    const tree = demo.tree();
    expect(tree.length).toBeGreaterThan(5);
    demo.process.kill('SIGKILL');
    await expectGone(tree);
    demo = await startDemo(dataFolder, demo.topology.portBase);
    const status = await eventually('the order is found', () => statusOf(demo, id), { withinMs: healingMs });
    expect(status).toBe('confirmed');
  });

  test('prints once that it is ready, and Ctrl-C leaves no process', async () => {
    const tree = demo.tree();
    demo.process.kill('SIGINT');
    expect(await demo.ended()).toBe(0);
    await expectGone(tree);
    expect(demo.output().match(/^Ballast is ready: /gm)).toHaveLength(1);
  });
});
