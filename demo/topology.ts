/** The services of the product: each one is a process of its own with a database of its own. */
export const serviceNames = ['orders', 'inventory', 'recommendation'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Everything that may be killed, started, stalled or resumed; not the control room itself. */
export const supervisedNames = [
  ...serviceNames,
  'load-generator',
  'postgres',
  'postgres-standby',
  'redis',
] as const;
export type SupervisedName = (typeof supervisedNames)[number];

export type NodeName = 'control-room' | SupervisedName;
export type NodeKind = 'control-room' | 'service' | 'load-generator' | 'database' | 'cache';

export interface TopologyNode {
  readonly name: NodeName;
  readonly kind: NodeKind;
  readonly port: number;
  /** `http://127.0.0.1:<port>`; for the database and the cache, the scheme of their protocol. */
  readonly url: string;
}

export interface TopologyEdge {
  readonly from: NodeName;
  readonly to: NodeName;
  /** Without a required dependency the caller is not ready; without an optional one it gives degraded answers. */
  readonly required: boolean;
}

export interface Topology {
  readonly portBase: number;
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

export const host = '127.0.0.1';
export const defaultPortBase = 4000;

const layout: readonly { name: NodeName; kind: NodeKind; scheme: string; portOffset: number }[] = [
  { name: 'control-room', kind: 'control-room', scheme: 'http', portOffset: 0 },
  { name: 'orders', kind: 'service', scheme: 'http', portOffset: 1 },
  { name: 'inventory', kind: 'service', scheme: 'http', portOffset: 2 },
  { name: 'recommendation', kind: 'service', scheme: 'http', portOffset: 3 },
  { name: 'load-generator', kind: 'load-generator', scheme: 'http', portOffset: 4 },
  { name: 'postgres', kind: 'database', scheme: 'postgres', portOffset: 5 },
  { name: 'redis', kind: 'cache', scheme: 'redis', portOffset: 6 },
];

/** Only with a standby: then `postgres` is the address of the two, and each has a port of its own. */
const standbyPortOffset = 7;
const firstServerPortOffset = 8;

const edges: readonly TopologyEdge[] = [
  { from: 'load-generator', to: 'orders', required: true },
  { from: 'orders', to: 'inventory', required: true },
  { from: 'orders', to: 'recommendation', required: false },
  { from: 'orders', to: 'postgres', required: true },
  { from: 'inventory', to: 'postgres', required: true },
  { from: 'recommendation', to: 'postgres', required: true },
  { from: 'orders', to: 'redis', required: false },
];

/** The highest port a node can get above the base. */
export const maxPortOffset = firstServerPortOffset;

export interface TopologyOptions {
  /** A second PostgreSQL that follows the first. @default false */
  readonly standby?: boolean;
}

/** The system as a graph, every port shifted to `portBase`. */
export function topologyAt(
  portBase: number = defaultPortBase,
  { standby = false }: TopologyOptions = {},
): Topology {
  const present = standby
    ? [
        ...layout,
        {
          name: 'postgres-standby',
          kind: 'database',
          scheme: 'postgres',
          portOffset: standbyPortOffset,
        } as const,
      ]
    : layout;
  const nodes = present.map(({ name, kind, scheme, portOffset }) => {
    const port = portBase + portOffset;
    return { name, kind, port, url: `${scheme}://${host}:${port}` };
  });
  const copies = { from: 'postgres', to: 'postgres-standby', required: false } as const;
  return { portBase, nodes, edges: standby ? [...edges, copies] : edges };
}

/** Where the two servers listen when there is a standby. */
export const serverPortsOf = ({ portBase }: Topology) => ({
  postgres: portBase + firstServerPortOffset,
  'postgres-standby': portBase + standbyPortOffset,
});

export const hasStandby = ({ nodes }: Topology): boolean =>
  nodes.some(({ name }) => name === 'postgres-standby');

/** The node of that name; every name of the type exists, so there is nothing to handle. */
export function nodeOf(topology: Topology, name: NodeName): TopologyNode {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`topology has no node "${name}"`);
  return node;
}

export const isServiceName = (name: string): name is ServiceName =>
  (serviceNames as readonly string[]).includes(name);

export const isSupervisedName = (name: string): name is SupervisedName =>
  (supervisedNames as readonly string[]).includes(name);
