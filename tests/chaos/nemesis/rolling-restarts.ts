import type { Clock } from '@ballast/resilience/primitives';
import type { SupervisedProcess } from '@ballast/supervisor';
import { sleep } from '../sleep.ts';
import type { SystemUnderTest } from '../system/system-under-test.ts';

/** Restarts the replicas of orders one after the other with SIGTERM, and waits for each until it serves again. */
export async function rollingRestarts(
  system: SystemUnderTest,
  restarts: number,
  clock: Clock,
): Promise<void> {
  const replicas = system.replicas.filter(({ service }) => service === 'orders');
  for (let restart = 0; restart < restarts; restart += 1) {
    const { process: name, port } = replicas[restart % replicas.length] as (typeof replicas)[number];
    const process = system.processes.byName.get(name) as SupervisedProcess;
    await terminate(process, clock);
    await process.start();
    while (!(await isReady(port))) await sleep(clock, 20);
  }
}

async function terminate(supervised: SupervisedProcess, clock: Clock): Promise<void> {
  const status = supervised.status();
  if (!('pid' in status)) return;
  process.kill(status.pid, 'SIGTERM');
  while (supervised.status().state !== 'down') await sleep(clock, 10);
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}
