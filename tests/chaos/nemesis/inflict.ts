import { request } from 'undici';
import type { Toxic } from '../proxy/toxic.ts';
import {
  bandwidth,
  latency,
  limitData,
  resetPeer,
  slicer,
  slowClose,
  timeout,
} from '../proxy/toxics/index.ts';
import type { ChaoticSystem } from '../system/chaotic-system.ts';
import type { Harm, ProcessName, ServiceFault, ToxicWish } from './fault.ts';

/** Undoes a harm. Safe when what was harmed has died meanwhile. */
export type Cure = () => Promise<void>;

/** Does the harm and returns its cure. Rejects when it can't be done: what is already down can't be killed. */
export async function inflict(harm: Harm, forMs: number, system: ChaoticSystem): Promise<Cure> {
  switch (harm.kind) {
    case 'kill':
      await processOf(system, harm.process).kill();
      return () => processOf(system, harm.process).start();
    case 'stall':
      await processOf(system, harm.process).stall();
      return () => processOf(system, harm.process).resume();
    case 'database-stop':
      return stopDatabase(system);
    case 'service-fault':
      await putFault(system, harm, forMs);
      // Faults end by themselves; what crashed by one has to be started.
      return () => processOf(system, harm.process).start();
    case 'toxic': {
      const remove = proxyOf(system, harm.edge).add(toxicOf(harm.toxic), { toxicity: harm.toxicity });
      return async () => remove();
    }
    case 'partition':
      await proxyOf(system, harm.edge).disable();
      return () => proxyOf(system, harm.edge).enable();
  }
}

function processOf({ processes }: ChaoticSystem, name: ProcessName) {
  const process = processes.byName.get(name);
  if (!process) throw new Error(`there is no process ${name}`);
  return process;
}

function proxyOf({ proxies }: ChaoticSystem, edge: string) {
  const proxy = proxies.byEdge.get(edge);
  if (!proxy) throw new Error(`there is no edge ${edge}`);
  return proxy;
}

/** SIGQUIT to the postmaster is what `pg_ctl stop -m immediate` sends. */
async function stopDatabase(system: ChaoticSystem): Promise<Cure> {
  const postgres = processOf(system, 'postgres');
  const status = postgres.status();
  if (status.state !== 'up') throw new Error(`postgres is ${status.state}`);
  process.kill(status.pid, 'SIGQUIT');
  return () => postgres.start();
}

async function putFault(
  { replicas, processes }: ChaoticSystem,
  wish: ServiceFault & { process: string },
  forMs: number,
) {
  const { fault, ratio } = wish;
  const port = replicas.find(({ process: name }) => name === wish.process)?.port;
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/chaos`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${processes.chaosToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ fault, ratio, forMs }),
    headersTimeout: 1000,
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`PUT /chaos of ${wish.process} answered ${statusCode}`);
}

function toxicOf(wish: ToxicWish): Toxic {
  switch (wish.type) {
    case 'latency':
      return latency(wish);
    case 'timeout':
      return timeout(wish);
    case 'reset_peer':
      return resetPeer(wish);
    case 'slicer':
      return slicer(wish);
    case 'limit_data':
      return limitData(wish);
    case 'bandwidth':
      return bandwidth(wish);
    case 'slow_close':
      return slowClose(wish);
  }
}
