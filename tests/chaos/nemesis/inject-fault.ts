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
import type { SystemUnderTest } from '../system/system-under-test.ts';

import type { EndFault, Fault, ProcessName, ServiceFault, ToxicSettings } from './fault.ts';
import { lockStockRow } from './lock-stock-row.ts';
import { answerWithRejections } from './rejecting-receiver.ts';

/** Begins the fault and returns what ends it. Rejects when it is impossible: a process that is down can't be killed. */
export async function injectFault(fault: Fault, forMs: number, system: SystemUnderTest): Promise<EndFault> {
  switch (fault.kind) {
    case 'kill':
      await processOf(system, fault.process).kill();
      return () => processOf(system, fault.process).start();
    case 'stall':
    case 'lease-stall':
      await processOf(system, fault.process).stall();
      return () => processOf(system, fault.process).resume();
    case 'database-stop':
      return stopDatabase(system);
    case 'service-fault':
      await putFault(system, fault, forMs);
      // The service ends its fault by itself, unless the fault was a crash: then the process has to be started.
      return () => processOf(system, fault.process).start();
    case 'toxic': {
      const remove = proxyOf(system, fault.edge).add(toxicOf(fault.toxic), { toxicity: fault.toxicity });
      return async () => remove();
    }
    case 'partition':
      await proxyOf(system, fault.edge).disable();
      return () => proxyOf(system, fault.edge).enable();
    case 'rejecting-receiver':
      return answerWithRejections(proxyOf(system, fault.edge));
    case 'full-log-disk':
      return fillLogDisk(system, fault.process);
    case 'clock-step':
      system.processes.stepClock(fault.process, fault.stepMs);
      return async () => system.processes.stepClock(fault.process, 0);
    case 'locked-row':
      return lockStockRow(system.databaseUrl('inventory'), fault.product);
    case 'standby-away':
      system.requireStandby(true);
      return async () => system.requireStandby(false);
  }
}

/** The log of a process is opened when it starts, so it is started anew for both. */
async function fillLogDisk(system: SystemUnderTest, name: ProcessName): Promise<EndFault> {
  const process = processOf(system, name);
  await process.kill();
  system.processes.fillDisk(name, true);
  // Not awaited: a service that can't write its log may never come up, and then the invariants have to say so.
  process.start().catch(() => {});
  return async () => {
    system.processes.fillDisk(name, false);
    await process.kill().catch(() => {});
    await process.start();
  };
}

function processOf({ processes }: SystemUnderTest, name: ProcessName) {
  const process = processes.byName.get(name);
  if (!process) throw new Error(`there is no process ${name}`);
  return process;
}

function proxyOf({ proxies }: SystemUnderTest, edge: string) {
  const proxy = proxies.byEdge.get(edge);
  if (!proxy) throw new Error(`there is no edge ${edge}`);
  return proxy;
}

/** SIGQUIT to the postmaster is what `pg_ctl stop -m immediate` sends. */
async function stopDatabase(system: SystemUnderTest): Promise<EndFault> {
  const postgres = processOf(system, 'postgres');
  const status = postgres.status();
  if (status.state !== 'up') throw new Error(`postgres is ${status.state}`);
  process.kill(status.pid, 'SIGQUIT');
  return () => postgres.start();
}

async function putFault(
  { replicas, processes }: SystemUnderTest,
  { process: target, effect, ratio }: ServiceFault & { readonly process: ProcessName },
  forMs: number,
): Promise<void> {
  const port = replicas.find(({ process: name }) => name === target)?.port;
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/chaos`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${processes.chaosToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ fault: effect, ratio, forMs }),
    headersTimeout: 1000,
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`PUT /chaos of ${target} answered ${statusCode}`);
}

type ToxicMakers = {
  readonly [Type in ToxicSettings['type']]: (settings: Extract<ToxicSettings, { type: Type }>) => Toxic;
};

const toxicMakers: ToxicMakers = {
  latency,
  timeout,
  reset_peer: resetPeer,
  slicer,
  limit_data: limitData,
  bandwidth,
  slow_close: slowClose,
};

function toxicOf(settings: ToxicSettings): Toxic {
  const make = toxicMakers[settings.type] as (settings: ToxicSettings) => Toxic;
  return make(settings);
}
