import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock as clock } from '@ballast/resilience/primitives';
import { check } from './checker/check.ts';
import type { FinalState } from './checker/final-state.ts';
import { maxSettleMs } from './checker/liveness.ts';
import type { Verdict } from './checker/verdict.ts';
import { shopCatalogue } from './client/catalogue.ts';
import { startOperator } from './client/operator.ts';
import { ordersApi } from './client/orders-api.ts';
import { startTraffic } from './client/traffic.ts';
import type { HistoryEntry } from './history/entry.ts';
import { type HistoryLog, openHistoryLog } from './history/history-log.ts';
import { seededRandom } from './seeded-random.ts';
import { sleep } from './sleep.ts';
import { deliverScarceProducts, startPriceChanges } from './system/assortment.ts';
import { heal, quietState } from './system/heal.ts';
import { startMonitor } from './system/monitor.ts';
import { openSystemUnderTest, type SystemOptions, type SystemUnderTest } from './system/system-under-test.ts';

export type ExperimentOptions = SystemOptions & {
  readonly seed: number;
  /** Customers per second. */
  readonly rate: number;
  /**
   * How long orders keeps a key. Customers do not use it for quite so long; in a short run it is short, so that keys
   * are forgotten.
   * @default 45_000
   */
  readonly keepKeysMs?: number;
};

export type Findings = {
  /** Holds history, state and logs. */
  readonly folder: string;
  readonly history: readonly HistoryEntry[];
  readonly verdicts: readonly Verdict[];
  /** The stored and measured state that was judged. */
  readonly state: FinalState;
  /** Customers who were turned away, because too many were waiting. */
  readonly turnedAway: number;
  /** How late this process was itself: customers and proxies live in it, so a busy machine looks like a slow system. */
  readonly ownDelayMs: { readonly p99: number; readonly max: number };
};

/** Traffic goes on for this long before and after the faults: a system that nobody uses proves nothing. */
const withoutFaultsMs = 3000;

/** Of the time for which a key is kept. What is under way then has to arrive before the key is forgotten. */
const keyUseRatio = 0.8;

/** Every replica of orders has copied a product within this time after it was delivered. */
const catalogueCopiedMs = 2000;

/** Starts the real system, injects faults into it under traffic, heals it, and judges what is left. */
export async function experiment(
  options: ExperimentOptions,
  injectFaults: (system: SystemUnderTest) => Promise<void>,
  print: (line: string) => void,
): Promise<Findings> {
  const { keepKeysMs = 45_000 } = options;
  const environment = { IDEMPOTENCY_KEEP_MS: String(keepKeysMs), ...options.environment };
  const system = await openSystemUnderTest({ ...options, environment });
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  const log = openHistoryLog({ clock, file: join(system.folder, 'history.jsonl') });
  try {
    await system.start();
    await deliverScarceProducts(system.databaseUrl('inventory'));
    await sleep(clock, catalogueCopiedMs);
    ownDelay.enable();
    const monitor = await startMonitor(system, clock);
    const turnedAway = await underTraffic(system, log, { ...options, keepKeysMs }, print, () =>
      injectFaults(system),
    );
    print('All customers are done; waiting until nothing is in motion.');
    const stored = await quietState(system, { clock, withinMs: 15_000 });
    const state = { ...stored, ...(await monitor.stop()), orders: monitor.withKeys(stored.orders) };
    writeFileSync(join(system.folder, 'state.json'), JSON.stringify(state));
    return {
      folder: system.folder,
      history: log.entries,
      verdicts: check(log.entries, state),
      state,
      turnedAway,
      ownDelayMs: { p99: ownDelay.percentile(99) / 1e6, max: ownDelay.max / 1e6 },
    };
  } finally {
    await log.close();
    await system.stop();
  }
}

async function underTraffic(
  system: SystemUnderTest,
  log: HistoryLog,
  { seed, rate, keepKeysMs }: ExperimentOptions & { readonly keepKeysMs: number },
  print: (line: string) => void,
  injectFaults: () => Promise<void>,
): Promise<number> {
  const closing = new AbortController();
  const token = system.processes.operatorToken;
  const api = ordersApi({ baseUrl: system.ordersUrl, operatorToken: token });
  const random = seededRandom(seed).fork('customers');
  const catalogue = await shopCatalogue(baseUrlsOf(system, 'inventory')[0] as string);
  for (const [sku, cents] of catalogue.prices) log.priced(sku, cents);
  const staff = [
    startPriceChanges(system.databaseUrl('inventory'), catalogue.prices, { log, clock }),
    startOperator({ baseUrls: baseUrlsOf(system, 'orders'), token, log, clock }),
  ];
  const keyLifeMs = keepKeysMs * keyUseRatio;
  const traffic = startTraffic(rate, catalogue, {
    api,
    log,
    random,
    clock,
    closing: closing.signal,
    keyLifeMs,
  });
  const progress = setInterval(() => print(`${traffic.customers} customers so far`), 10_000);
  try {
    await sleep(clock, withoutFaultsMs);
    await injectFaults();
    await heal(system, clock);
    log.healed();
    print('All faults have ended and every process is up.');
    await sleep(clock, withoutFaultsMs);
    const closingTime = setTimeout(() => closing.abort(), maxSettleMs + 5000);
    await traffic.stop();
    clearTimeout(closingTime);
    return traffic.turnedAway;
  } finally {
    clearInterval(progress);
    await Promise.all(staff.map((one) => one.stop()));
    await api.close();
  }
}

function baseUrlsOf({ replicas }: SystemUnderTest, wanted: string): string[] {
  return replicas.filter(({ service }) => service === wanted).map(({ port }) => `http://127.0.0.1:${port}`);
}
