import { type ServiceName, serviceNames } from '@ballast/demo/topology';
import type { ProcessName } from '../nemesis/fault.ts';

/** One running copy of a service. */
export type Replica = { readonly service: ServiceName; readonly process: ProcessName; readonly port: number };
/** A proxied connection from all replicas of one service to all of another. */
export type Edge = {
  readonly name: EdgeKey;
  readonly port: number;
  readonly upstreamPorts: readonly number[];
};

export type Layout = {
  readonly replicas: readonly Replica[];
  readonly postgresPort: number;
  readonly redisPort: number;
  readonly edges: readonly Edge[];
};

const edgeKeys = [
  'client -> orders',
  'orders -> inventory',
  'orders -> recommendation',
  'orders -> postgres',
  'inventory -> postgres',
  'recommendation -> postgres',
  'orders -> redis',
] as const;
export type EdgeKey = (typeof edgeKeys)[number];

/** How many ports a system takes from its first one. */
export const portsPerSystem = 40;

/** Services listen from `portBase` on, ten ports per replica; database and cache at +30, proxies right after them. */
export function layoutAt(portBase: number, replicasPerService: number): Layout {
  const replicas = serviceNames.flatMap((service, index) =>
    Array.from({ length: replicasPerService }, (_, replica) => ({
      service,
      process: `${service}-${replica + 1}`,
      port: portBase + replica * 10 + index,
    })),
  );
  const [postgresPort, redisPort] = [portBase + 30, portBase + 31];
  const portsOf = (target: string): number[] => {
    if (target === 'postgres') return [postgresPort];
    if (target === 'redis') return [redisPort];
    return replicas.filter(({ service }) => service === target).map(({ port }) => port);
  };
  const edges = edgeKeys.map((name, index) => {
    const [, target = ''] = name.split(' -> ');
    return { name, port: portBase + 32 + index, upstreamPorts: portsOf(target) };
  });
  return { replicas, postgresPort, redisPort, edges };
}

/** Where that edge's proxy listens. */
export function portOf({ edges }: Layout, name: EdgeKey): number {
  const edge = edges.find((candidate) => candidate.name === name);
  if (!edge) throw new Error(`the layout has no edge ${name}`);
  return edge.port;
}
