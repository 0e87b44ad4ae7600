import { eventually } from '@ballast/resilience/testing';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { traceOf } from './jaeger.ts';
import { currentValue, firing, holds, holdsNotYet } from './prometheus.ts';
import { type PlacedOrder, placeOrder, readOrder, setTraffic } from './shop.ts';
import { everyMs, kill, start } from './stack.ts';

/** The deadline of 2 s, and half a second for a busy machine. */
const answeredWithinMs = 2500;
const seenWithinMs = 30_000;
const firesWithinMs = 120_000;

let killed: string | undefined;

async function killForTest(service: string): Promise<void> {
  killed = service;
  await kill(service);
}

async function restart(): Promise<void> {
  if (killed) await start(killed);
  killed = undefined;
}

/** Places orders until one is right; each of them is answered in time. */
function untilOrder(
  what: string,
  isRight: (order: PlacedOrder) => boolean,
  withinMs = 30_000,
): Promise<PlacedOrder> {
  const place = async () => {
    const order = await placeOrder();
    expect(order.tookMs).toBeLessThan(answeredWithinMs);
    if (!isRight(order)) throw new Error(`${order.status} ${JSON.stringify(order.body)}`);
    return order;
  };
  return eventually(what, place, { withinMs, everyMs });
}

/** An order that was once accepted is confirmed in the end. */
async function untilConfirmed(id: string, withinMs: number): Promise<void> {
  const isConfirmed = async () => (await readOrder(id)).status === 'confirmed';
  await eventually(`order ${id} is confirmed`, isConfirmed, { withinMs, everyMs });
}

const isNotDegraded = ({ status, body }: PlacedOrder) =>
  status === 201 && body.recommendations.source === 'live';

const secondsSince = (begin: number) => ((performance.now() - begin) / 1000).toFixed(1);

const breakersClosed =
  'max(resilience_breaker_state{service_name="orders", dependency=~"inventory|recommendation|postgres"}) == 0';
const breakerOpen = (dependency: string) =>
  `resilience_breaker_state{service_name="orders", dependency="${dependency}"} == 2`;
const fires = (alert: string) => `ALERTS{alertname="${alert}", alertstate="firing"}`;

const degradedQuery =
  'sum(resilience_calls_total{service_name="orders", dependency="recommendation", source=~"cached|default"})';

const refusedQuery =
  'sum(http_server_request_duration_seconds_count{service_name="orders", http_response_status_code="503"})';
const droppedQuery = 'sum(otel_sdk_processor_span_processed_total{service_name="orders", error_type!=""})';
const cachedQuery = 'sum(resilience_fallbacks_total{dependency="recommendation", source="cached"})';

describe('with one container killed', () => {
  beforeAll(async () => {
    await setTraffic(5, 5);
    await untilOrder('orders are accepted', isNotDegraded, 120_000);
    await holds(breakersClosed, 60_000);
  });
  afterEach(async () => {
    await restart();
    await untilOrder('orders are no longer degraded', isNotDegraded, 60_000);
    await holds(breakersClosed, 60_000);
  });

  test('redis: orders are answered as before', async () => {
    await killForTest('redis');
    for (let count = 0; count < 10; count += 1) {
      const order = await placeOrder();
      expect(order).toMatchObject({ status: 201, body: { recommendations: { source: 'live' } } });
      expect(order.tookMs).toBeLessThan(answeredWithinMs);
    }
    const { traceId } = await placeOrder();
    const trace = await traceOf(traceId, ({ databases }) =>
      databases.includes('recommendation → postgresql'),
    );
    expect(trace.operations).toContain('inventory PUT /v1/reservations/:orderId');
    expect(await firing()).toEqual([]);
  });

  test('recommendation: orders are confirmed and say that recommendations are degraded', async () => {
    await holdsNotYet(breakerOpen('recommendation'));
    await holdsNotYet(fires('RecommendationsDegraded'));
    const before = await currentValue(degradedQuery);
    const cachedBefore = await currentValue(cachedQuery);
    const since = performance.now();
    await killForTest('recommendation');
    const order = await untilOrder(
      'a cached answer',
      ({ body }) => body.recommendations?.source === 'cached',
    );
    expect(order).toMatchObject({ status: 201, body: { status: 'confirmed', degraded: true } });
    expect(order.body.recommendations.ageMs).toBeGreaterThan(0);
    const newCustomer = await placeOrder(`c-${crypto.randomUUID()}`);
    expect(newCustomer).toMatchObject({ status: 201, body: { recommendations: { source: 'default' } } });

    await holds(`${degradedQuery} > ${before}`, seenWithinMs);
    console.log(`a degraded order: in Prometheus ${secondsSince(since)} s after the kill`);
    await holds(breakerOpen('recommendation'), seenWithinMs);
    await holds(`${cachedQuery} > ${cachedBefore}`, seenWithinMs);

    const trace = await traceOf(order.traceId, ({ operations }) =>
      operations.some((name) => name.startsWith('inventory')),
    );
    console.log(`its trace: in Jaeger ${secondsSince(since)} s after the kill`);
    expect(trace.decisions).toContainEqual(
      expect.objectContaining({
        event: 'resilience.fallback',
        dependency: 'recommendation',
        source: 'cached',
      }),
    );
    expect(trace.databases).toEqual(
      expect.arrayContaining(['orders → postgresql', 'inventory → postgresql']),
    );

    await holds(fires('RecommendationsDegraded'), firesWithinMs);
    expect(await firing()).not.toContain('OrdersDown');
  });

  test('inventory: orders are pending, and settle by themselves', async () => {
    await holdsNotYet(breakerOpen('inventory'));
    await killForTest('inventory');
    const order = await untilOrder(
      'a pending order, recommendations live',
      ({ status, body }) => status === 202 && body.recommendations.source === 'live',
    );
    expect(order.body).toMatchObject({ status: 'pending', degraded: true });

    await holds(breakerOpen('inventory'), seenWithinMs);
    const trace = await traceOf(order.traceId, ({ databases }) =>
      databases.includes('recommendation → postgresql'),
    );
    expect(trace.operations.filter((name) => name.startsWith('inventory'))).toEqual([]);
    expect(trace.decisions).toContainEqual(
      expect.objectContaining({ event: 'resilience.call.end', dependency: 'inventory' }),
    );

    await restart();
    await untilConfirmed(order.body.id, 30_000);
  });

  test('postgres: orders are refused at once, and acknowledged ones survive', async () => {
    const before = await untilOrder('an acknowledged order', isNotDegraded);
    await holdsNotYet(fires('OrdersDown'));
    const refusedBefore = await currentValue(refusedQuery);
    await killForTest('postgres');
    const order = await untilOrder('a refused order', ({ status }) => status === 503);
    expect(Number(order.retryAfter)).toBeGreaterThan(0);

    await holds(`${refusedQuery} > ${refusedBefore}`, seenWithinMs);
    const trace = await traceOf(order.traceId, ({ decisions }) => decisions.length > 0);
    expect(trace.decisions).toContainEqual(expect.objectContaining({ dependency: 'postgres' }));
    await holds(fires('OrdersDown'), firesWithinMs);

    await restart();
    await untilConfirmed(before.body.id, 60_000);
  });

  test('collector: orders are answered as before, and what was dropped is counted', async () => {
    await holdsNotYet(fires('CollectorDown'));
    const droppedBefore = await currentValue(droppedQuery);
    await killForTest('otel-collector');
    await holds(fires('CollectorDown'), firesWithinMs);
    for (let count = 0; count < 20; count += 1) {
      const order = await placeOrder();
      expect(order).toMatchObject({ status: 201, body: { recommendations: { source: 'live' } } });
      expect(order.tookMs).toBeLessThan(answeredWithinMs);
    }
    await restart();
    await holds(`${droppedQuery} > ${droppedBefore}`, 60_000);
  });
});
