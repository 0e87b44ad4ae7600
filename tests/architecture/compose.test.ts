import { nodeOf, topologyAt } from '@ballast/demo/topology';
import { serverLimits } from '@ballast/service-kit';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read, settingsIn } from './repository.ts';

interface ComposeService {
  readonly image: string;
  readonly ports?: string[];
  readonly environment?: Record<string, string>;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly volumes?: string[];
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
}

const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Record<string, ComposeService>;
};
const defaults = settingsIn('.env');
const topology = topologyAt();

/** Orders can be scaled: its port on the host belongs to the load balancer. */
const publisherOf = (name: string): string => (name === 'orders' ? 'load-balancer' : name);

function publishedPort(name: string): number {
  const [port = ''] = services[publisherOf(name)]?.ports ?? [];
  const [, variable = '', fallback] = /^127\.0\.0\.1:\$\{(\w+):-(\d+)\}:\d+$/.exec(port) ?? [];
  expect(defaults[variable], `${variable} in .env`).toBe(fallback);
  return Number(fallback);
}

/** For clocks and the way between the two. */
const slackMs = 10_000;

describe('docker-compose.yml and the topology', () => {
  it.each(topology.nodes)('agree on $name at $port', ({ name, port }) => {
    expect(services).toHaveProperty(name);
    expect(publishedPort(name)).toBe(port);
  });

  it.each(topology.edges)('agree on $from -> $to', ({ from, to }) => {
    const target = publisherOf(to);
    expect(Object.values(services[from]?.environment ?? {}).join(' ')).toMatch(
      new RegExp(`(//|@)${target}:`),
    );
  });

  it('let a service wait at its start for nothing but a required database', () => {
    for (const { from, to } of topology.edges) {
      const condition = services[from]?.depends_on?.[to]?.condition;
      const isDatabase = nodeOf(topology, to).kind === 'database';
      expect(condition, `${from} -> ${to}`).toBe(isDatabase ? 'service_healthy' : undefined);
    }
  });
});

it('keeps a connection to orders longer than the balancer before it does, so that the balancer closes it', () => {
  const kept = Number(services.orders?.environment?.KEEP_ALIVE_TIMEOUT_MS ?? serverLimits.keepAliveTimeoutMs);
  const keptByBalancer = Number(services['load-balancer']?.environment?.IDLE_TIMEOUT_MS);
  expect(kept).toBeGreaterThanOrEqual(keptByBalancer + slackMs);
});

describe.each(Object.entries(services))('the container %s', (_name, service) => {
  it('has no rights beyond its work', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: expect.any(Number),
      mem_limit: expect.any(String),
    });
    expect(JSON.stringify(service.volumes ?? [])).not.toContain('docker.sock');
  });

  it('is reachable from this machine only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{\w+:-\d+\}:\d+$/);
  });

  it('stays down when killed, and may be scaled', () => {
    expect(service).not.toHaveProperty('restart');
    expect(service).not.toHaveProperty('container_name');
  });

  it('runs an image that is pinned in .env', () => {
    const [, variable = ''] = /^\$\{(\w+)\}$/.exec(service.image) ?? [];
    expect(defaults[variable]).toMatch(/^[\w./-]+:[\w.-]+$/);
    expect(defaults[variable]).not.toMatch(/:latest$/);
  });
});

it('the Dockerfile names its base image literally', () => {
  const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
  const stages = new Set([...read('Dockerfile').matchAll(/ AS (\w+)$/gm)].map((match) => match[1]));
  for (const base of bases) expect(stages.has(base) || base === 'node:24-bookworm-slim', base).toBe(true);
});
