import { resolve } from 'node:path';
import type { ServiceName } from '@ballast/demo/topology';
import { kubectl, namespace, read, type Tunnel, tunnel } from './kubectl.ts';

const demo = resolve(import.meta.dirname, '../../infra/kubernetes/overlays/demo');
/** In order of appearance in a rollout of everything. */
export const services: readonly ServiceName[] = ['orders', 'inventory', 'recommendation'];

export const applyDemo = (): Promise<string> => kubectl('apply', '--kustomize', demo);

export async function removeDemo(): Promise<void> {
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait', '--timeout=120s');
}

/** Where customers place orders: the port that the cluster gave to orders, on this machine or on a node of its own. */
export async function ordersUrl(): Promise<string> {
  const port = await read('service/orders', '{.spec.ports[0].nodePort}');
  const address = await read('nodes', '{.items[0].status.addresses[?(@.type=="InternalIP")].address}');
  const local = `http://127.0.0.1:${port}`;
  const answers = await fetch(`${local}/health/live`, { signal: AbortSignal.timeout(2000) }).catch(
    () => undefined,
  );
  return answers ? local : `http://${address}:${port}`;
}

/** Returns when every pod of the deployment is of the newest version and ready. */
export const settled = (service: ServiceName): Promise<string> =>
  kubectl('rollout', 'status', `deployment/${service}`, '--timeout=120s');

export const replicasOf = async (service: ServiceName): Promise<number> =>
  Number((await read(`deployment/${service}`, '{.status.readyReplicas}')) || 0);

/** How many replicas the autoscaler wants; it may have decided on more than are ready. */
export const wantedReplicasOf = async (service: ServiceName): Promise<number> =>
  Number((await read(`horizontalpodautoscaler/${service}`, '{.status.desiredReplicas}')) || 0);

export const minReplicasOf = async (service: ServiceName): Promise<number> =>
  Number(await read(`horizontalpodautoscaler/${service}`, '{.spec.minReplicas}'));

/** Names of the pods of all three services that are ready. */
export async function readyPods(): Promise<string[]> {
  const ready =
    '{range .items[*]}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const pods = await read('pods', ready, '--selector', 'app.kubernetes.io/component=service');
  return pods.split('\n').flatMap((line) => (line.endsWith(' True') ? [line.split(' ')[0] as string] : []));
}

/** The databases, as the owner of each sees them. */
export async function openDatabases(): Promise<{ databaseUrl(service: ServiceName): string } & Tunnel> {
  const databases = await tunnel('deployment/postgres', 5432);
  return {
    ...databases,
    databaseUrl: (service) => `postgres://${service}:ballast@127.0.0.1:${databases.port}/${service}`,
  };
}
