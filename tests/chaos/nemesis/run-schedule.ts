import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@ballast/resilience/primitives';
import type { SystemUnderTest } from '../system/system-under-test.ts';
import { injectFault } from './inject-fault.ts';
import { type InjectedFault, startNemesis } from './nemesis.ts';
import { scheduleFaults } from './schedule.ts';

export type ScheduleRun = {
  readonly seed: number;
  readonly minutes: number;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
};

/** Injects the faults that the seed plans and returns what was done. Each fault is also a line in nemesis.jsonl. */
export async function runSchedule(
  system: SystemUnderTest,
  { seed, minutes, clock, stopping }: ScheduleRun,
): Promise<readonly InjectedFault[]> {
  const lines = createWriteStream(join(system.folder, 'nemesis.jsonl'));
  const schedule = scheduleFaults({ seed, minutes, targets: targetsIn(system) });
  const nemesis = startNemesis(schedule, (fault, forMs) => injectFault(fault, forMs, system), {
    clock,
    stopping,
    onInjected: (injected) => lines.write(`${JSON.stringify(injected)}\n`),
  });
  await nemesis.done;
  lines.end();
  return nemesis.injected;
}

function targetsIn({ replicas, processes, proxies }: SystemUnderTest) {
  return {
    services: replicas.map(({ process }) => process),
    caches: processes.byName.has('redis') ? ['redis'] : [],
    edges: [...proxies.byEdge.keys()],
  };
}
