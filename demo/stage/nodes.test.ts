import type { ProcessStatus } from '@ballast/supervisor';
import { expect, test } from 'vitest';
import { type SupervisedName, topologyAt } from '../topology.ts';
import type { ActiveFault } from './faults.ts';
import { nodePictures } from './nodes.ts';
import type { SystemView } from './system-view.ts';
import { stubView } from './testing.ts';

const topology = topologyAt();
const now = 100_000;

interface Seen {
  readonly processes?: ProcessStatus<SupervisedName>[] | null;
  readonly reporting?: boolean;
  readonly accepts?: boolean | null;
}

function viewOf({ processes = null, reporting = true, accepts = null }: Seen): SystemView {
  const report = { service: 'x', dependencies: [] };
  return stubView({
    service: () => (reporting ? { at: now, report, previous: null } : null),
    processes: () => processes,
    accepts: () => accepts,
  });
}

const node = (name: string, seen: Seen, faults: ActiveFault[] = []) =>
  nodePictures(topology, viewOf(seen), faults, now).find((candidate) => candidate.name === name);

const status = (state: object) =>
  [{ name: 'inventory', restarts: 2, ...state }] as ProcessStatus<SupervisedName>[];
const up = status({ state: 'up', pid: 1, sinceMs: 0 });

test.each([
  ['is up', up, { health: 'up', note: null, canKill: true, canStart: false, canFault: true }],
  [
    'is down, and says when it is back',
    status({ state: 'down', sinceMs: 0, reason: 'SIGKILL', restartAtMs: now + 8200 }),
    { health: 'down', note: 'down, back in 9 s', canKill: false, canStart: true },
  ],
  [
    'is down for good',
    status({ state: 'down', sinceMs: 0, reason: 'SIGKILL' }),
    { health: 'down', note: 'SIGKILL' },
  ],
  [
    'is not part of this run',
    status({ state: 'absent', reason: 'no redis-server' }),
    { health: 'absent', canKill: false, canStall: false },
  ],
])('a supervised node %s', (_name, processes, expected) => {
  expect(node('inventory', { processes })).toMatchObject(expected);
});

test('a process that is up and does not report is not called healthy', () => {
  expect(node('inventory', { processes: up, reporting: false })).toMatchObject({
    health: 'unknown',
    note: 'does not report',
  });
});

test('a fault shows on the node it was done to, with the time it has left', () => {
  const fault: ActiveFault = { target: 'inventory', fault: 'hang', endsAt: now + 11_400 };
  expect(node('inventory', { processes: up }, [fault])).toMatchObject({
    health: 'slow',
    note: 'hangs, 12 s left',
  });
  expect(node('orders', { processes: up }, [fault])?.note).toBeNull();
});

test('without a supervisor a node is what can be seen of it, and the way back is a command', () => {
  expect(node('inventory', { reporting: true })).toMatchObject({
    health: 'up',
    canKill: true,
    canStart: false,
  });
  expect(node('inventory', { reporting: false })).toMatchObject({
    health: 'down',
    note: 'docker compose start inventory',
  });
  expect(node('redis', { accepts: null })).toMatchObject({ health: 'unknown', canKill: false });
});
