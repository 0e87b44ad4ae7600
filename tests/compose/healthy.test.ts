import { eventually } from '@ballast/resilience/testing';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { monitoredCallRate, traceOf } from './jaeger.ts';
import { exemplars, firing, holds } from './prometheus.ts';
import { placeOrder, setTraffic } from './shop.ts';
import { compose, docker, everyMs, residentBytes, urls } from './stack.ts';

const mb = 1e6;

describe('the healthy stack', () => {
  beforeAll(() => setTraffic(5, 3));

  test('accepts orders soon after it was started', () => {
    const seconds = inject('firstOrderAfterMs') / 1000;
    console.log(`first order accepted ${seconds.toFixed(1)} s after docker compose up`);
    expect(seconds).toBeLessThan(60);
  });

  test('confirms an order with live recommendations', async () => {
    // Orders started before the others answered, so its breakers are open and close again within seconds.
    const place = async () => {
      const { status, body } = await placeOrder();
      expect(status).toBe(201);
      expect(body).toMatchObject({
        status: 'confirmed',
        degraded: false,
        recommendations: { source: 'live' },
      });
    };
    await eventually('an order that is not degraded', place, { withinMs: 30_000, everyMs });
  });

  test('shows one order in one trace, with every service and store', async () => {
    const { traceId } = await placeOrder();
    const trace = await traceOf(traceId, ({ databases }) =>
      databases.includes('recommendation → postgresql'),
    );
    expect(trace.operations).toEqual(
      expect.arrayContaining([
        'orders POST /v1/orders',
        'inventory PUT /v1/reservations/:orderId',
        'recommendation GET /v1/recommendations/:customerId',
      ]),
    );
    expect(trace.databases).toEqual(
      expect.arrayContaining(['orders → postgresql', 'orders → redis', 'inventory → postgresql']),
    );
    expect(trace.decisions).toEqual([]);
  });

  test('links the graph of durations to traces', async () => {
    const look = async () => {
      const found = await exemplars('http_server_request_duration_seconds_bucket{service_name="orders"}');
      if (found.length === 0) throw new Error('none');
      return found;
    };
    const series = await eventually('an exemplar in Prometheus', look, { withinMs: 60_000, everyMs });
    expect(series[0]?.exemplars[0]?.labels.trace_id).toMatch(/^[0-9a-f]{32}$/);
  });

  test("feeds Jaeger's monitor from Prometheus", async () => {
    await holds('sum(rate(traces_span_metrics_calls_total{service_name="orders"}[1m])) > 0', 60_000);
    const hasRate = async () => (await monitoredCallRate('orders')) > 0;
    await eventually('a call rate in Jaeger', hasRate, { withinMs: 60_000, everyMs });
  });

  test('fires no alert', async () => {
    await holds('order:failed:ratio_rate5m == bool 0', 60_000);
    expect(await firing()).toEqual([]);
  });

  test('serves the control room with its security headers', async () => {
    const page = await fetch(urls.controlRoom);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('needs at most 1.5 GB of memory and 80 MB for our image layers', async () => {
    const resident = await residentBytes();
    const sizes = await docker(
      'history',
      '--human=false',
      '--format',
      '{{.Size}} {{.CreatedBy}}',
      'ballast:test',
    );
    const ours = sizes.split('\n').slice(
      0,
      sizes.split('\n').findIndex((line) => line.includes('CMD ["node"]')),
    );
    const layers = ours.reduce((sum, line) => sum + Number.parseInt(line, 10), 0);
    console.log(`resident ${(resident / mb).toFixed(0)} mb, our layers ${(layers / mb).toFixed(1)} MB`);
    expect(resident).toBeLessThan(1500 * mb);
    expect(layers).toBeLessThan(80 * mb);
  });

  test('runs with two replicas of orders, and serves every order when one is killed', async () => {
    const replicas =
      'count(count by (service_instance_id) (process_cpu_time_seconds_total{service_name="orders"}))';
    await holds(`${replicas} == 1`, 90_000);
    await compose('up', '--detach', '--no-recreate', '--scale', 'orders=2', 'orders');
    await holds(`${replicas} == 2`, 90_000);
    await docker('kill', (await compose('ps', '--quiet', 'orders')).split('\n')[0] ?? '');
    for (let order = 0; order < 10; order += 1) expect((await placeOrder()).status).toBe(201);
    await compose('up', '--detach', '--no-recreate', '--scale', 'orders=1', '--wait', 'orders');
  });
});
