import type { SupervisedProcess } from '@ballast/supervisor';
import type { ChaoticSystem } from '../system/chaotic-system.ts';

type Wait = (ms: number) => Promise<void>;

/** Restarts the replicas of orders one after the other, each in good order (SIGTERM), and waits until it serves again. */
export async function rollingRestarts(system: ChaoticSystem, restarts: number, wait: Wait): Promise<void> {
  const replicas = system.replicas.filter(({ service }) => service === 'orders');
  for (let restart = 0; restart < restarts; restart += 1) {
    const { process: name, port } = replicas[restart % replicas.length] as (typeof replicas)[number];
    const process = system.processes.byName.get(name) as SupervisedProcess;
    await endInOrder(process, wait);
    await process.start();
    while (!(await isReady(port))) await wait(20);
  }
}

async function endInOrder(supervised: SupervisedProcess, wait: Wait): Promise<void> {
  const status = supervised.status();
  if (!('pid' in status)) return;
  process.kill(status.pid, 'SIGTERM');
  while (supervised.status().state !== 'down') await wait(10);
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}
