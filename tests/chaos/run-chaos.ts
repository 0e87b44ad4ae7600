import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { check } from './checker/check.ts';
import { maxSettleMs } from './checker/liveness.ts';
import { shopCatalogue } from './client/catalogue.ts';
import { ordersApi } from './client/orders-api.ts';
import { startTraffic } from './client/traffic.ts';
import { type HistoryLog, openHistoryLog } from './history/history-log.ts';
import { inflict } from './nemesis/inflict.ts';
import { scheduleFaults } from './nemesis/schedule.ts';
import { type Nemesis, unleash } from './nemesis/unleash.ts';
import type { RunReport } from './report.ts';
import type { ChaosOptions } from './run-options.ts';
import { seededRandom } from './seeded-random.ts';
import { type ChaoticSystem, openChaoticSystem } from './system/chaotic-system.ts';
import { heal, quietState } from './system/heal.ts';
import { callWitnesses } from './system/witness.ts';

export type ChaosRun = Omit<RunReport, 'title'> & { readonly folder: string };
export type Companion = { say(line: string): void; readonly stopping: AbortSignal };

const now = () => performance.now();
const wait = (ms: number): Promise<void> => delay(Math.max(0, ms));

/** Traffic goes on for this long after the healing: a system nobody uses proves nothing. */
const aftermathMs = 3_000;

/** Starts the system, hurts it under traffic, heals it, and judges what is left. */
export async function runChaos(options: ChaosOptions, companion: Companion): Promise<ChaosRun> {
  const system = await openChaoticSystem(options);
  const log = openHistoryLog({ now, file: join(system.folder, 'history.jsonl') });
  try {
    await system.start();
    const witnesses = callWitnesses(system, { now, wait });
    const nemesis = await hurtAndHeal(system, log, options, companion);
    const stored = await quietState(system, { wait, patienceMs: 15_000 });
    const state = { ...stored, ...(await witnesses.testify()) };
    writeFileSync(join(system.folder, 'state.json'), JSON.stringify(state));
    return {
      folder: system.folder,
      history: log.entries,
      struck: nemesis.struck,
      verdicts: check(log.entries, state),
    };
  } finally {
    await log.close();
    await system.stop();
  }
}

async function hurtAndHeal(
  system: ChaoticSystem,
  log: HistoryLog,
  options: ChaosOptions,
  companion: Companion,
): Promise<Nemesis> {
  const { seed, rate } = options;
  const closing = new AbortController();
  const api = ordersApi({ baseUrl: system.ordersUrl });
  const tools = { api, log, wait, random: seededRandom(seed).fork('customers'), closing: closing.signal };
  const traffic = startTraffic(rate, await shopCatalogue(inventoryUrl(system)), tools);
  const nemesis = startNemesis(system, options, companion);
  const progress = setInterval(
    () => companion.say(`${traffic.customers} customers, ${nemesis.struck.length} faults`),
    10_000,
  );
  await nemesis.done;
  clearInterval(progress);
  await heal(system, wait);
  log.healed();
  companion.say('healed; waiting until every customer is served');
  await wait(aftermathMs);
  const closingTime = setTimeout(() => closing.abort(), maxSettleMs + 5_000);
  await traffic.stop();
  clearTimeout(closingTime);
  await api.close();
  return nemesis;
}

function startNemesis(
  system: ChaoticSystem,
  { minutes, seed }: ChaosOptions,
  { stopping }: Companion,
): Nemesis {
  const lines = createWriteStream(join(system.folder, 'nemesis.jsonl'));
  const services = system.replicas.map(({ process }) => process);
  const caches = system.processes.byName.has('redis') ? ['redis'] : [];
  const edges = [...system.proxies.byEdge.keys()];
  const faults = scheduleFaults({ seed, minutes, targets: { services, caches, edges } });
  const waitOrStop = (ms: number) => delay(Math.max(0, ms), undefined, { signal: stopping }).catch(() => {});
  const nemesis = unleash(
    faults,
    (harm, forMs) => inflict(harm, forMs, system),
    { now, wait: waitOrStop, stopping },
    (struck) => lines.write(`${JSON.stringify(struck)}\n`),
  );
  nemesis.done.then(() => lines.end());
  return nemesis;
}

function inventoryUrl({ replicas }: ChaoticSystem): string {
  const inventory = replicas.find(({ service }) => service === 'inventory');
  return `http://127.0.0.1:${inventory?.port}`;
}
