import { globSync } from 'node:fs';
import { nodeOf, serviceNames, topologyAt } from '@ballast/demo/topology';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { read, root, settingsIn } from './repository.ts';

type Container = {
  readonly image?: string;
  readonly command?: string[];
  readonly args?: string[];
  readonly env?: { name: string; value?: string }[];
  readonly ports?: { containerPort: number }[];
  readonly securityContext?: object;
  readonly readinessProbe?: { httpGet?: { path: string } };
  readonly livenessProbe?: { httpGet?: { path: string } };
  readonly lifecycle?: { preStop: { sleep: { seconds: number } } };
};
type Pod = { readonly containers: Container[]; readonly terminationGracePeriodSeconds?: number };
type Selector = { podSelector: Labels };
type Labels = { matchLabels?: Record<string, string>; matchExpressions?: { values: string[] }[] };
type Rule = { to?: Selector[]; from?: Selector[]; ports: { port: number }[] };
type Manifest = {
  readonly kind: string;
  readonly metadata: { name: string };
  readonly spec: {
    readonly template: { spec: Pod };
    readonly ports: { port: number }[];
    readonly podSelector: Labels;
    readonly ingress?: Rule[];
    readonly egress?: Rule[];
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly strategy: { rollingUpdate: { maxSurge: number } };
  };
};

const manifestsOf = (folder: string): Manifest[] =>
  globSync(`infra/kubernetes/${folder}/**/*.yaml`, { cwd: root })
    .filter((file) => !file.endsWith('kustomization.yaml'))
    .flatMap((file) => parseAllDocuments(read(file)).map((document) => document.toJS() as Manifest));

const base = manifestsOf('base');
const demo = [...base, ...manifestsOf('overlays/demo')];

function find(kind: string, name: string): Manifest {
  const found = demo.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
}

const containerOf = (kind: string, name: string): Container =>
  find(kind, name).spec.template.spec.containers[0] as Container;
const everyService = find('Deployment', 'every-service').spec;

const settings = settingsIn('infra/kubernetes/base/settings.env');
const envOf = (name: string): Record<string, string> => {
  const own = containerOf('Deployment', name).env ?? [];
  return {
    ...settings,
    ...Object.fromEntries(own.flatMap(({ name, value }) => (value ? [[name, value]] : []))),
  };
};

type Composed = { environment?: Record<string, string>; image: string; command?: string[] };
const { services: composed } = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Record<string, Composed>;
};
const compose = (name: string): Composed => composed[name] as Composed;
const dotEnv = read('.env');
const resolved = (text: string): string =>
  text.replace(/\$\{(\w+)\}/g, (_all, key) => new RegExp(`^${key}=(.*)$`, 'm').exec(dotEnv)?.[1] ?? '');

const topology = topologyAt();
const clustered = topology.nodes.filter(({ name }) => name !== 'control-room');
const stores: Record<string, number> = { postgres: 5432, redis: 6379 };
const portIn = (name: string, port: number): number => stores[name] ?? port;

describe('Kubernetes and the topology', () => {
  it.each(clustered)('agree on $name', ({ name, port }) => {
    expect(containerOf('Deployment', name).ports?.[0]?.containerPort).toBe(portIn(name, port));
    expect(find('Service', name).spec.ports[0]?.port).toBe(portIn(name, port));
  });

  it('let through the edges of the topology, those to the collector, and what a collector needs', () => {
    const wanted = [
      ...topology.edges.map(({ from, to }) => [from, to, portIn(to, nodeOf(topology, to).port)]),
      // The load generator reads the catalogue there.
      ['load-generator', 'inventory', 4002],
      ...serviceNames.map((name) => [name, 'otel-collector', 4318]),
      ['otel-collector', 'jaeger', 4317],
      ['otel-collector', 'prometheus', 9090],
      ['prometheus', 'otel-collector', 8888],
      ['jaeger', 'prometheus', 9090],
    ].map(([from, to, port]) => `${from} -> ${to}:${port}`);
    expect(edgesOut(demo)).toEqual(wanted.toSorted());
    // Both ends have to allow a connection. Orders is open to everybody, because customers come from outside.
    expect(edgesIn(demo)).toEqual(wanted.filter((edge) => !edge.includes('-> orders:')).toSorted());
  });

  it('deny every connection that no policy allows', () => {
    const { spec } = find('NetworkPolicy', 'default-deny');
    expect(spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });
});

const namesIn = ({ matchLabels, matchExpressions }: Labels): string[] =>
  matchExpressions?.[0]?.values ?? (matchLabels ? Object.values(matchLabels) : []);

/** Every pair of a selected name and a peer of the rule. */
function pairsOf({ podSelector }: Manifest['spec'], { to, from, ports }: Rule): [string, string, number][] {
  const peers = (to ?? from ?? []).flatMap((peer) => namesIn(peer.podSelector));
  return namesIn(podSelector).flatMap((name) =>
    peers.map((peer): [string, string, number] => [name, peer, ports[0]?.port ?? 0]),
  );
}

const pairsIn = (manifests: Manifest[], direction: 'egress' | 'ingress') =>
  manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .flatMap(({ spec }) => (spec[direction] ?? []).flatMap((rule) => pairsOf(spec, rule)));

const edgesOut = (manifests: Manifest[]): string[] =>
  pairsIn(manifests, 'egress')
    .map(([from, to, port]) => `${from} -> ${to}:${port}`)
    .toSorted();

const edgesIn = (manifests: Manifest[]): string[] =>
  pairsIn(manifests, 'ingress')
    .map(([to, from, port]) => `${from} -> ${to}:${port}`)
    .toSorted();

/** Settings that differ for good reasons. */
const onlyInCompose = [
  'HEALTH_PATH',
  'FLAGS_FILE',
  'DATABASE_URL',
  'REDIS_URL',
  'OTEL_SDK_DISABLED',
  'OPERATOR_TOKEN',
];

describe('Kubernetes and Compose', () => {
  it.each(serviceNames)('give %s the same settings', (name) => {
    const wanted = Object.entries(compose(name).environment ?? {})
      .filter(([key]) => !onlyInCompose.includes(key))
      .map(([key, value]) => [key, resolved(String(value)).replace(/^\$\{\w+:-(.*)\}$/, '$1')]);
    expect(envOf(name)).toMatchObject(Object.fromEntries(wanted));
  });

  it.each(['postgres', 'redis', 'otel-collector', 'jaeger', 'prometheus', 'load-generator'])(
    'run the same %s',
    (name) => {
      const { image, command = [], args = command } = containerOf('Deployment', name);
      expect(image).toBe(resolved(compose(name).image));
      expect(args).toEqual(compose(name).command);
    },
  );

  it('run the same program with the same preload', () => {
    const program = (command: string[] = []) => command.filter((word) => !word.startsWith('--env-file'));
    expect(everyService.template.spec.containers[0]?.command).toEqual(program(compose('orders').command));
  });
});

describe('numbers that depend on each other', () => {
  const limits = find('Deployment', 'postgres').spec.template.spec.containers[0]?.args?.join(' ') ?? '';
  const connections = Number(/max_connections=(\d+)/.exec(limits)?.[1]);

  it('leave PostgreSQL connections to spare when every service is scaled out and rolls at once', () => {
    const surge = everyService.strategy.rollingUpdate.maxSurge;
    const replicas = serviceNames.map(
      (name) => find('HorizontalPodAutoscaler', name).spec.maxReplicas + surge,
    );
    const [migrations, reserved] = [serviceNames.length, 3];
    const needed = replicas.reduce((sum, count) => sum + count * Number(settings.DATABASE_POOL_MAX), 0);
    expect(needed + migrations + reserved).toBeLessThanOrEqual(connections);
  });

  it.each(['inventory', 'recommendation'])(
    'give every replica enough calls for its breaker of %s',
    (dependency) => {
      const breaker = read(`services/orders/src/dependencies/${dependency}.ts`);
      const [, windowMs, minCalls] =
        /windowMs: (\d+), minCalls: (\d+)/.exec(breaker.replaceAll('_', '')) ?? [];
      const { env = [] } = containerOf('Deployment', 'load-generator');
      const rate = Number(env.find(({ name }) => name === 'ORDERS_PER_SECOND')?.value);
      const { minReplicas } = find('HorizontalPodAutoscaler', 'orders').spec;
      expect((rate / minReplicas) * (Number(windowMs) / 1000)).toBeGreaterThanOrEqual(Number(minCalls));
    },
  );

  it('give a pod that stops the time that its drain takes', () => {
    const { containers, terminationGracePeriodSeconds = 0 } = everyService.template.spec;
    const preStop = containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(
      preStop + Number(settings.SHUTDOWN_GRACE_MS) / 1000,
    );
  });

  it('restart no process because a dependency is away', () => {
    const [service] = everyService.template.spec.containers;
    expect(service?.livenessProbe?.httpGet?.path).toBe('/health/live');
    expect(service?.readinessProbe?.httpGet?.path).toBe('/health/ready');
  });
});

describe.each(
  demo.filter(
    ({ kind, metadata }) => ['Deployment', 'Job'].includes(kind) && metadata.name.startsWith('every-'),
  ),
)('$metadata.name', ({ spec }) => {
  it('has no rights beyond its work', () => {
    expect(spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(spec.template.spec.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});
