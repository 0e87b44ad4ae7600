import type { FaultName } from '../../../stage/faults.ts';
import type { OrderStory } from '../../protocol.ts';
import { authorized } from './token.ts';

/** Sends one action; resolves to null, or to the reason why it was not done. */
async function act(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<string | null> {
  try {
    const json = { 'content-type': 'application/json' };
    const init = { method, headers: json, body: JSON.stringify(body ?? {}) };
    const response = await fetch(path, authorized(init));
    if (response.ok) return null;
    const problem = (await response.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? `rejected with status ${response.status}`;
  } catch {
    return 'the control room did not answer';
  }
}

export const actions = {
  kill: (target: string) => act('POST', `/api/nodes/${target}/kill`),
  start: (target: string) => act('POST', `/api/nodes/${target}/start`),
  stall: (target: string, forMs: number) => act('POST', `/api/nodes/${target}/stall`, { forMs }),
  resume: (target: string) => act('POST', `/api/nodes/${target}/resume`),
  failOver: (target: string) => act('POST', `/api/nodes/${target}/fail-over`),
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

/** The decisions behind one order; null when orders no longer has them. */
export async function loadStory(id: string): Promise<OrderStory | null> {
  const response = await fetch(`/api/orders/${encodeURIComponent(id)}/story`, authorized());
  return response.status === 200 ? ((await response.json()) as OrderStory) : null;
}
