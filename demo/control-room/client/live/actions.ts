import type { FaultName } from '../../../stage/faults.ts';
import type { OrderStory } from '../../protocol.ts';
import { authorized } from './token.ts';

/** Sends one action; resolves to what to tell the reader when it was refused, or to null. */
async function act(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string | null> {
  try {
    const json = { 'content-type': 'application/json' };
    const init = { method, headers: json, body: JSON.stringify(body ?? {}) };
    const response = await fetch(path, authorized(init));
    if (response.ok) return null;
    const problem = (await response.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? `refused with ${response.status}`;
  } catch {
    return 'the control room did not answer';
  }
}

export const actions = {
  kill: (target: string) => act('POST', `/api/nodes/${target}/kill`),
  start: (target: string) => act('POST', `/api/nodes/${target}/start`),
  stall: (target: string, forMs: number) => act('POST', `/api/nodes/${target}/stall`, { forMs }),
  resume: (target: string) => act('POST', `/api/nodes/${target}/resume`),
  fault: (target: string, fault: FaultName, forMs: number) =>
    act('PUT', `/api/nodes/${target}/fault`, { fault, forMs }),
  heal: (target: string) => act('DELETE', `/api/nodes/${target}/fault`),
  setRate: (ordersPerSecond: number) => act('PUT', '/api/rate', { ordersPerSecond }),
  setSwitch: (flag: string, on: boolean) => act('PUT', `/api/switches/${flag}`, { on }),
  restoreSwitches: () => act('POST', '/api/switches/restore'),
  runScenario: (name: string, variant: 'protected' | 'naive') =>
    act('POST', `/api/scenarios/${name}/run`, { variant }),
  stopScenario: () => act('POST', '/api/scenarios/stop'),
};

/** The decisions behind one order; null when orders no longer remembers it. */
export async function loadStory(id: string): Promise<OrderStory | null> {
  const response = await fetch(`/api/orders/${encodeURIComponent(id)}/story`, authorized());
  return response.status === 200 ? ((await response.json()) as OrderStory) : null;
}
