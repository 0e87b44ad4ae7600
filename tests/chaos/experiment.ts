import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProtectionName } from '@ballast/service-kit/protections';
import { check } from './checker/check.ts';
import type { EdgeTraffic } from './checker/final-state.ts';
import { maxSettleMs } from './checker/liveness.ts';
import type { Verdict } from './checker/verdict.ts';
import { shopCatalogue } from './client/catalogue.ts';
import { ordersApi } from './client/orders-api.ts';
import { startTraffic } from './client/traffic.ts';
import type { HistoryEntry } from './history/entry.ts';
import { type HistoryLog, openHistoryLog } from './history/history-log.ts';
import { seededRandom } from './seeded-random.ts';
import { type ChaoticSystem, openChaoticSystem } from './system/chaotic-system.ts';
import { heal, quietState } from './system/heal.ts';
import { callWitnesses } from './system/witness.ts';

export type ExperimentOptions = {
  readonly seed: number;
  readonly replicas: number;
  /** Customers per second. */
  readonly rate: number;
  readonly portBase: number;
  /** Protections to switch off; none unless told. */
  readonly without?: readonly ProtectionName[];
};

export type Findings = {
  /** Holds history, state and logs. */
  readonly folder: string;
  readonly history: readonly HistoryEntry[];
  readonly verdicts: readonly Verdict[];
  readonly traffic: readonly EdgeTraffic[];
  /** Customers who found the shop full. */
  readonly turnedAway: number;
  /** How late this process was itself: customers and proxies live in it, so a busy machine looks like a slow shop. */
  readonly ownDelayMs: { readonly p99: number; readonly max: number };
};

export const realTime = {
  now: () => performance.now(),
  wait: (ms: number): Promise<void> => delay(Math.max(0, ms)),
};

/** Traffic goes on for this long before and after the harm: a system nobody uses proves nothing. */
const calmMs = 3000;

/** Starts the real system, lets `harm` at it under traffic, heals it, and judges what is left. */
export async function experiment(
  options: ExperimentOptions,
  harm: (system: ChaoticSystem) => Promise<void>,
  say: (line: string) => void,
): Promise<Findings> {
  const system = await openChaoticSystem(options);
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  const log = openHistoryLog({ now: realTime.now, file: join(system.folder, 'history.jsonl') });
  try {
    await system.start();
    ownDelay.enable();
    const witnesses = callWitnesses(system, realTime);
    const turnedAway = await underTraffic(system, log, options, say, () => harm(system));
    say('every customer is served; waiting for quiet');
    const stored = await quietState(system, { wait: realTime.wait, patienceMs: 15_000 });
    const state = { ...stored, ...(await witnesses.testify()) };
    writeFileSync(join(system.folder, 'state.json'), JSON.stringify(state));
    return {
      folder: system.folder,
      history: log.entries,
      verdicts: check(log.entries, state),
      traffic: state.traffic,
      turnedAway,
      ownDelayMs: { p99: ownDelay.percentile(99) / 1e6, max: ownDelay.max / 1e6 },
    };
  } finally {
    await log.close();
    await system.stop();
  }
}

async function underTraffic(
  system: ChaoticSystem,
  log: HistoryLog,
  { seed, rate }: ExperimentOptions,
  say: (line: string) => void,
  harm: () => Promise<void>,
): Promise<number> {
  const closing = new AbortController();
  const api = ordersApi({ baseUrl: system.ordersUrl });
  const random = seededRandom(seed).fork('customers');
  const catalogue = await shopCatalogue(urlOf(system, 'inventory'));
  const traffic = startTraffic(rate, catalogue, {
    api,
    log,
    random,
    ...realTime,
    closing: closing.signal,
  });
  const progress = setInterval(() => say(`${traffic.customers} customers came`), 10_000);
  await realTime.wait(calmMs);
  await harm();
  await heal(system, realTime.wait);
  log.healed();
  say('healed');
  await realTime.wait(calmMs);
  const closingTime = setTimeout(() => closing.abort(), maxSettleMs + 5000);
  await traffic.stop();
  clearTimeout(closingTime);
  clearInterval(progress);
  await api.close();
  return traffic.turnedAway;
}

function urlOf({ replicas }: ChaoticSystem, wanted: string): string {
  return `http://127.0.0.1:${replicas.find(({ service }) => service === wanted)?.port}`;
}
