import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChaoticSystem } from '../system/chaotic-system.ts';
import { inflict } from './inflict.ts';
import { scheduleFaults } from './schedule.ts';
import { type Struck, unleash } from './unleash.ts';

/** Hurts the system for some minutes as the seed plans it, and returns what was done. Each harm is a line in nemesis.jsonl. */
export async function runSchedule(
  system: ChaoticSystem,
  { seed, minutes, stopping }: { seed: number; minutes: number; stopping: AbortSignal },
): Promise<readonly Struck[]> {
  const lines = createWriteStream(join(system.folder, 'nemesis.jsonl'));
  const faults = scheduleFaults({ seed, minutes, targets: targetsIn(system) });
  const nemesis = unleash(
    faults,
    (harm, forMs) => inflict(harm, forMs, system),
    {
      now: () => performance.now(),
      wait: (ms) => delay(Math.max(0, ms), undefined, { signal: stopping }).catch(() => {}),
      stopping,
    },
    (struck) => lines.write(`${JSON.stringify(struck)}\n`),
  );
  await nemesis.done;
  lines.end();
  return nemesis.struck;
}

function targetsIn({ replicas, processes, proxies }: ChaoticSystem) {
  return {
    services: replicas.map(({ process }) => process),
    caches: processes.byName.has('redis') ? ['redis'] : [],
    edges: [...proxies.byEdge.keys()],
  };
}
