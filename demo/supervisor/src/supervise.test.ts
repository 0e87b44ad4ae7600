import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProcessSpec } from './process-spec.ts';
import { commandOf, isStopped } from './process-table.ts';
import { type RunningSupervisor, supervise } from './supervise.ts';
import type { ProcessState, ProcessStatus } from './supervisor.ts';

// Real processes: on a machine with other work each start takes its time.
vi.setConfig({ testTimeout: 30_000 });

const absent = { state: 'absent', reason: 'not part of this test' } as const;

function sleeper(overrides: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'orders',
    stopSignal: 'SIGTERM',
    orphanSignal: 'SIGKILL',
    answers: async () => true,
    launch: () => spawned('exec sleep 60'),
    ...overrides,
  };
}

async function spawned(script: string): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

/** Resolves after the first output of the script: its traps are set then. */
async function spawnedAndReady(script: string): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', script], { detached: true });
  await once(child.stdout, 'data');
  return child;
}

type Name = 'orders' | 'inventory' | 'redis';
let running: RunningSupervisor<Name> | undefined;

function superviseOrders(orders: ProcessSpec, restartAfterMs = 60_000): RunningSupervisor<Name> {
  running = supervise<Name>({
    members: { orders, inventory: absent, redis: { state: 'external', url: 'redis://cache' } },
    stopOrder: [['orders'], ['inventory', 'redis']],
    restartAfterMs,
  });
  return running;
}

afterEach(() => running?.stopAll(100));

const ordersOf = (supervisor: RunningSupervisor<Name>): ProcessStatus =>
  supervisor.status()[0] as ProcessStatus;

function pidOf(supervisor: RunningSupervisor<Name>): number {
  const status = ordersOf(supervisor);
  if (!('pid' in status)) throw new Error(`orders is ${status.state}`);
  return status.pid;
}

function until(supervisor: RunningSupervisor<Name>, state: ProcessState['state']): Promise<ProcessStatus> {
  return new Promise((resolve) => {
    const unsubscribe = supervisor.onChange((status) => {
      if (status.state !== state) return;
      unsubscribe();
      resolve(status);
    });
  });
}

describe('a supervised process', () => {
  test('is starting until it answers, then up', async () => {
    let answers = false;
    const supervisor = superviseOrders(sleeper({ answers: async () => answers }));
    const started = supervisor.start('orders');
    await until(supervisor, 'starting');
    answers = true;
    await started;
    expect(ordersOf(supervisor)).toMatchObject({ state: 'up', restarts: 0 });
  });

  test('is launched once however many ask for it', async () => {
    const supervisor = superviseOrders(sleeper());
    await Promise.all([supervisor.start('orders'), supervisor.start('orders')]);
    await supervisor.start('orders');
    expect(ordersOf(supervisor)).toMatchObject({ state: 'up', restarts: 0 });
  });

  test('killed from outside shows as down with the moment of its return, and returns', async () => {
    const supervisor = superviseOrders(sleeper(), 30);
    await supervisor.start('orders');
    const first = pidOf(supervisor);
    const down = until(supervisor, 'down');
    process.kill(first, 'SIGKILL');
    expect(await down).toMatchObject({ reason: 'ended by SIGKILL', restartAtMs: expect.any(Number) });
    expect(await until(supervisor, 'up')).toMatchObject({ restarts: 1 });
    expect(pidOf(supervisor)).not.toBe(first);
  });

  test('killed by name is gone when that resolves, and can be started before its time', async () => {
    const supervisor = superviseOrders(sleeper());
    await supervisor.start('orders');
    const first = pidOf(supervisor);
    await supervisor.kill('orders');
    expect([ordersOf(supervisor).state, commandOf(first)]).toEqual(['down', '']);
    await supervisor.start('orders');
    expect(ordersOf(supervisor)).toMatchObject({ state: 'up', restarts: 1 });
  });

  test('that ends while starting rejects the start and is tried again later', async () => {
    let attempts = 0;
    const launch = () => spawned(++attempts === 1 ? 'exit 3' : 'exec sleep 60');
    const supervisor = superviseOrders(sleeper({ launch, answers: async () => attempts > 1 }), 10);
    const up = until(supervisor, 'up');
    await expect(supervisor.start('orders')).rejects.toThrow('orders ended while starting');
    await up;
    expect(attempts).toBe(2);
  });

  test('that cannot be launched is down with the reason', async () => {
    const launch = () => Promise.reject(new Error('no such program'));
    const supervisor = superviseOrders(sleeper({ launch }));
    await expect(supervisor.start('orders')).rejects.toThrow('no such program');
    expect(ordersOf(supervisor)).toMatchObject({ state: 'down', reason: 'no such program' });
  });

  describe('that stalls', () => {
    let member: number;
    let supervisor: RunningSupervisor<Name>;
    const familyOf = () => [member];

    beforeEach(async () => {
      member = (await spawned('exec sleep 60')).pid as number;
      supervisor = superviseOrders(sleeper({ familyOf }));
      await supervisor.start('orders');
      await supervisor.stall('orders');
    });
    afterEach(() => process.kill(member, 'SIGKILL'));

    test('stalls together with its family, and resumes with it', async () => {
      const stopped = () => [pidOf(supervisor), member].map(isStopped);
      expect(ordersOf(supervisor).state).toBe('stalled');
      await expect.poll(stopped, { timeout: 10_000 }).toEqual([true, true]);
      await supervisor.resume('orders');
      expect(ordersOf(supervisor).state).toBe('up');
      await expect.poll(stopped, { timeout: 10_000 }).toEqual([false, false]);
    });

    test('leaves no stopped family behind when it is killed', async () => {
      await expect.poll(() => isStopped(member), { timeout: 10_000 }).toBe(true);
      await supervisor.kill('orders');
      await expect.poll(() => isStopped(member), { timeout: 10_000 }).toBe(false);
    });
  });
});

describe('stopping', () => {
  test('ends a process in order, even one that another process stopped', async () => {
    const obedient = () => spawnedAndReady('trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done');
    const supervisor = superviseOrders(sleeper({ launch: obedient }));
    await supervisor.start('orders');
    process.kill(pidOf(supervisor), 'SIGSTOP');
    await supervisor.stopAll(2000);
    expect(ordersOf(supervisor)).toMatchObject({ state: 'down', reason: 'ended with exit code 7' });
  });

  test('ends by force what ignores the signal', async () => {
    const ignoring = () => spawnedAndReady('trap "" TERM; echo ready; while :; do sleep 1; done');
    const supervisor = superviseOrders(sleeper({ launch: ignoring }));
    await supervisor.start('orders');
    await supervisor.stopAll(50);
    expect(ordersOf(supervisor)).toMatchObject({ state: 'down', reason: 'ended by SIGKILL' });
  });

  test('leaves nothing of a process that is being launched', async () => {
    const launch = Promise.withResolvers<ChildProcess>();
    const supervisor = superviseOrders(sleeper({ launch: () => launch.promise, answers: async () => false }));
    const started = supervisor.start('orders');
    const stopped = supervisor.stopAll(1000);
    const child = await spawned('exec sleep 60');
    launch.resolve(child);
    await expect(started).rejects.toThrow();
    await stopped;
    expect(commandOf(child.pid as number)).toBe('');
  });
});

test('what is not a process of the run can be seen, but not killed', async () => {
  const supervisor = superviseOrders(sleeper());
  expect(supervisor.status().at(-1)).toEqual({
    name: 'redis',
    restarts: 0,
    state: 'external',
    url: 'redis://cache',
  });
  await expect(supervisor.kill('redis')).rejects.toMatchObject({ code: 'E_NOT_POSSIBLE' });
  await expect(supervisor.stall('orders')).rejects.toMatchObject({ code: 'E_NOT_POSSIBLE' });
});
