import { createServer, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoadStats, qualityCounts, type RecentOrder } from '@ballast/demo/load-generator';
import { nodeOf, type SupervisedName, supervisedNames, type Topology } from '@ballast/demo/topology';
import type { ProcessStatus, Supervisor } from '@ballast/supervisor';

/** Stubs of everything that the control room reads, so that the page can be tested in a second. */
export interface StubSystem {
  readonly topology: Topology;
  readonly supervisor: Supervisor<SupervisedName>;
  /** Every request that changes something, e.g. `PUT /chaos recommendation`. */
  readonly deeds: string[];
  setRate(ordersPerSecond: number): void;
  close(): Promise<void>;
}

export async function openStubSystem(topology: Topology, { intervalMs = 1000 } = {}): Promise<StubSystem> {
  const states = new Map<SupervisedName, 'up' | 'down' | 'stalled'>(
    supervisedNames.map((name) => [name, 'up']),
  );
  const listeners = new Set<(status: ProcessStatus<SupervisedName>) => void>();
  const streams = new Map<SupervisedName, Set<ServerResponse>>();
  const deeds: string[] = [];
  const calls: Record<string, number> = {};
  const degradedCalls: Record<string, number> = {};
  let rate = 20;

  const isUp = (name: SupervisedName): boolean => states.get(name) === 'up';

  function set(name: SupervisedName, state: 'up' | 'down' | 'stalled'): void {
    states.set(name, state);
    if (state === 'down') for (const stream of streams.get(name) ?? []) stream.destroy();
    for (const listener of listeners) listener(statusOf(name));
  }

  function statusOf(name: SupervisedName): ProcessStatus<SupervisedName> {
    const state = states.get(name) ?? 'up';
    if (state === 'down') return { name, restarts: 1, state, sinceMs: Date.now(), reason: 'SIGKILL' };
    return { name, restarts: 0, state, pid: 1, sinceMs: Date.now() };
  }

  function dependency(name: SupervisedName) {
    const isOpen = !isUp(name);
    const total = (calls[name] ?? 0) + rate;
    calls[name] = total;
    degradedCalls[name] = (degradedCalls[name] ?? 0) + (isOpen ? rate : 0);
    return {
      name,
      enabled: true,
      calls: {
        live: total - degradedCalls[name],
        cached: degradedCalls[name],
        default: 0,
        disabled: 0,
        failed: 0,
        total,
      },
      latencyMs: { p50: 3.2, p99: isOpen ? null : 18.4, count: 200 },
      policies: {
        breaker: {
          state: isOpen ? 'open' : 'closed',
          enabled: true,
          failureRatio: isOpen ? 1 : 0.004,
          slowRatio: 0,
          windowCalls: rate * 10,
          ...(isOpen ? { retryInMs: 2400 } : {}),
          settings: { windowMs: 10_000, minCalls: 20, failureRatio: 0.5, slowCallMs: 240, openMs: 5000 },
        },
        bulkhead: {
          inFlight: Math.min(32, Math.round(rate / 30)),
          queued: rate > 900 ? 7 : 0,
          limit: 32,
          enabled: true,
          settings: { maxConcurrent: 32, maxQueue: 32, queueTimeoutMs: 100 },
        },
        retry: {
          budgetAvailable: isOpen ? 0 : 9,
          budgetCapacity: 10,
          enabled: true,
          retries: 3,
          settings: { maxAttempts: 2, baseDelayMs: 50 },
        },
        timeout: { enabled: true, settings: { attemptTimeoutMs: 300 } },
      },
    };
  }

  function report(name: SupervisedName): object {
    const dependencies = name === 'orders' ? [dependency('inventory'), dependency('recommendation')] : [];
    const redis = {
      status: 'ready',
      breakers: { read: 'closed', write: 'closed' },
      inFlight: 0,
      maxConcurrent: 16,
    };
    return {
      service: name,
      at: new Date().toISOString(),
      dependencies,
      cache: name === 'orders' ? [{ name: 'recommendation', redis }] : [],
    };
  }

  function stats(): { stats: LoadStats; orders: RecentOrder[] } {
    const isRefused = !isUp('postgres');
    const outcome = isRefused
      ? 'refused'
      : !isUp('inventory')
        ? 'pending'
        : !isUp('recommendation')
          ? 'cached'
          : 'live';
    const at = Date.now();
    const latencyMs = { p50: 8 + Math.random() * 3, p99: 22 + Math.random() * 9, max: 40 };
    const orders = {
      offered: rate,
      outcomes: qualityCounts({ [outcome]: rate }),
      latencyMs: rate > 0 ? latencyMs : null,
    };
    const recent = Array.from(
      { length: Math.min(40, rate) },
      (_, index): RecentOrder => ({
        id: isRefused ? null : `${at}-${index}`,
        at,
        outcome,
        status: isRefused ? 503 : outcome === 'pending' ? 202 : 201,
        latencyMs: 5 + Math.random() * 20,
        attempts: 1,
        ageMs: outcome === 'cached' ? 42_000 : null,
        total: isRefused ? null : 10 + Math.random() * 200,
        code: isRefused ? 'database-unavailable' : null,
        traceId: null,
      }),
    );
    const none = { offered: 0, outcomes: qualityCounts(), latencyMs: null };
    return {
      orders: recent,
      stats: {
        at,
        rate: { ordersPerSecond: rate, readsPerSecond: 0 },
        orders,
        reads: none,
        statuses: {},
        resends: 0,
        degradedShare: outcome === 'live' ? 0 : 1,
        inFlight: 0,
        notSent: 0,
        lagMs: 0,
        pending: { open: 0, oldestMs: 0, confirmed: 0, rejected: 0, missing: 0 },
        totals: { offered: 0, outcomes: qualityCounts(), resends: 0 },
      },
    };
  }

  function serve(name: SupervisedName): Server {
    const open = new Set<ServerResponse>();
    streams.set(name, open);
    return createServer(async (request, response) => {
      if (!isUp(name)) return void response.destroy();
      if (request.method !== 'GET') {
        const body = await text(request);
        deeds.push(`${request.method} ${request.url} ${name} ${body}`);
        if (request.url === '/rate') rate = JSON.parse(body).ordersPerSecond ?? rate;
        return void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      }
      if (request.url?.endsWith('/story')) return void response.writeHead(200).end(JSON.stringify(story));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      open.add(response);
      response.once('close', () => open.delete(response));
      send(name, response);
    });
  }

  function send(name: SupervisedName, response: ServerResponse): void {
    const [event, data] = name === 'load-generator' ? ['stats', stats()] : ['snapshot', report(name)];
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  const served = (['orders', 'inventory', 'recommendation', 'load-generator'] as const).map((name) => ({
    name,
    server: serve(name),
  }));
  for (const { name, server } of served) server.listen(nodeOf(topology, name).port, '127.0.0.1');
  const ticking = setInterval(() => {
    for (const { name } of served)
      for (const response of streams.get(name) ?? []) if (isUp(name)) send(name, response);
  }, intervalMs);

  return {
    topology,
    deeds,
    supervisor: {
      status: () => supervisedNames.map(statusOf),
      kill: async (name) => set(name, 'down'),
      start: async (name) => set(name, 'up'),
      stall: async (name) => set(name, 'stalled'),
      resume: async (name) => set(name, 'up'),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    setRate(ordersPerSecond) {
      rate = ordersPerSecond;
    },
    async close() {
      clearInterval(ticking);
      for (const { server } of served) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

const story = {
  id: 'o',
  events: [
    { atMs: 9.1, dependency: 'inventory', type: 'attempt', attempt: 1, durationMs: 8.2, outcome: 'success' },
    {
      atMs: 9.2,
      dependency: 'inventory',
      type: 'call.end',
      durationMs: 8.4,
      outcome: 'success',
      source: 'live',
      attempts: 1,
    },
    {
      atMs: 301,
      dependency: 'recommendation',
      type: 'attempt',
      attempt: 1,
      durationMs: 300,
      outcome: 'timeout',
      errorCode: 'E_ATTEMPT_TIMEOUT',
    },
    { atMs: 301.2, dependency: 'recommendation', type: 'retry.rejected', attempt: 1, reason: 'budget' },
    {
      atMs: 301.3,
      dependency: 'recommendation',
      type: 'breaker.transition',
      from: 'closed',
      to: 'open',
      reason: 'failure-ratio',
    },
    {
      atMs: 302.6,
      dependency: 'recommendation',
      type: 'fallback',
      source: 'cached',
      ageMs: 42_000,
      errorCode: 'E_ATTEMPT_TIMEOUT',
    },
    {
      atMs: 302.7,
      dependency: 'recommendation',
      type: 'call.end',
      durationMs: 302,
      outcome: 'timeout',
      source: 'cached',
      attempts: 1,
    },
  ],
};
