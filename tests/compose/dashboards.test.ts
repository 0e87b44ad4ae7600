import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { currentValue, holds, query } from './prometheus.ts';
import { setTraffic } from './shop.ts';
import { kill, start, urls } from './stack.ts';

interface Dashboard {
  readonly title: string;
  readonly panels: { title: string; targets: { expr?: string; service?: string; operation?: string }[] }[];
}

const folder = resolve(import.meta.dirname, '../../infra/grafana/dashboards');
const panels = globSync('*.json', { cwd: folder }).flatMap((file) => {
  const dashboard = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as Dashboard;
  return dashboard.panels.flatMap((panel) =>
    panel.targets.map((target) => ({ ...target, name: `${dashboard.title} / ${panel.title}` })),
  );
});
const metricPanels = panels.flatMap(({ expr, name }) => (expr ? [{ expr, name }] : []));

/** With the variables as Grafana replaces them for "All". */
const withAllSelected = (expr: string) => expr.replaceAll(/\$(service|dependency)/g, '.+');

describe('every panel of the dashboards', () => {
  // A short outage, so that panels about decisions have data.
  beforeAll(async () => {
    await setTraffic(5, 5);
    // The tests before this one caused fallbacks and retries too: only new ones are an effect of this outage.
    const fallbacks = 'sum(resilience_fallbacks_total)';
    const retries = 'sum(resilience_retries_total)';
    const before = { fallbacks: await currentValue(fallbacks), retries: await currentValue(retries) };
    await kill('recommendation');
    await holds(`${fallbacks} > ${before.fallbacks}`, 60_000);
    await start('recommendation');
    await holds(`${retries} > ${before.retries}`, 60_000);
    await holds('sum(rate(resilience_fallbacks_total[1m])) > 0', 60_000);
    await holds('sum(rate(resilience_retries_total[5m])) > 0', 60_000);
  });

  test.each(metricPanels)('$name has data: $expr', async ({ expr }) => {
    await holds(`count(${withAllSelected(expr)}) > 0`, 30_000);
    expect((await query(withAllSelected(expr))).length).toBeGreaterThan(0);
  });

  test('the search for degraded orders finds some', async () => {
    const search = panels.find(({ operation }) => operation);
    const parameters = new URLSearchParams({
      service: search?.service ?? '',
      operation: search?.operation ?? '',
      tags: '{"resilience.degraded":"true"}',
      lookback: '1h',
      limit: '20',
    });
    const response = await fetch(`${urls.jaeger}/api/traces?${parameters}`);
    expect(((await response.json()) as { data: unknown[] }).data.length).toBeGreaterThan(0);
  });
});
