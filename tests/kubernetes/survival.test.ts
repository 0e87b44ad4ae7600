import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@ballast/resilience/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { seededRandom } from '../chaos/seeded-random.ts';
import { applyDemo, ordersUrl, readyPods, replicasOf, services, settled } from './cluster.ts';
import { type Customers, type Period, startCustomers } from './customers.ts';
import { kubectl, read } from './kubectl.ts';
import { placeOrder } from './shop.ts';

const deletions = 20;
const rollouts = 3;
const seed = 8;
const patience = { withinMs: 60_000, everyMs: 500 };

/** With the reasons: a busy machine sheds some orders. */
function summaryOf(acknowledged: number, failed: readonly string[]): string {
  const reasons = [...new Set(failed)].map(
    (reason) => `${failed.filter((other) => other === reason).length} ${reason}`,
  );
  return `${acknowledged} orders acknowledged; attempts repeated: ${reasons.join(', ') || 'none'}`;
}

/** A repeated attempt is no failed order, which the last test checks, but only few attempts may be repeated. */
function expectHardlyNoticed({ acknowledged, failed }: Period): void {
  console.log(summaryOf(acknowledged, failed));
  expect(failed.length).toBeLessThanOrEqual(acknowledged / 100);
  expect(acknowledged).toBeGreaterThan(100);
}

describe('the system in a cluster', () => {
  let customers: Customers;
  beforeAll(async () => {
    await Promise.all(services.map(settled));
    customers = await startCustomers(20, seed);
  });
  afterAll(applyDemo);

  test('takes orders within a minute', () => {
    const seconds = inject('firstOrderAfterMs') / 1000;
    console.log(`first order accepted ${seconds.toFixed(1)} s after kubectl apply`);
    expect(seconds).toBeLessThan(60);
  });

  test('was admitted under "restricted", with no pod rejected and no warning', async () => {
    const level = await read(
      'namespace/ballast',
      '{.metadata.labels.pod-security\\.kubernetes\\.io/enforce}',
    );
    expect(level).toBe('restricted');
    expect(await read('events', '{.items[?(@.reason=="FailedCreate")].message}')).toBe('');
    // Checks every pod again and changes none.
    const answer = await kubectl(
      'label',
      '--dry-run=server',
      '--overwrite',
      'namespace/ballast',
      'pod-security.kubernetes.io/enforce=restricted',
    );
    expect(answer).not.toContain('violat');
  });

  test(`serves while ${deletions} pods are deleted, half of them without a grace period`, async () => {
    const random = seededRandom(seed);
    const { acknowledged, failed } = await customers.during(async () => {
      for (let count = 0; count < deletions; count += 1) {
        const pod = random.pick(await readyPods());
        const hard = count % 2 === 0 ? ['--grace-period=0', '--force'] : [];
        await kubectl('delete', 'pod', pod, '--wait=false', ...hard);
        await delay(1000 + random.next() * 3000);
      }
      await Promise.all(services.map(settled));
    });
    console.log(summaryOf(acknowledged, failed));
    expect(acknowledged).toBeGreaterThan(deletions);
  });

  test(`serves everybody while everything is rolled out ${rollouts} times`, async () => {
    const { acknowledged, failed } = await customers.during(async () => {
      const before = await readyPods();
      for (let count = 0; count < rollouts; count += 1) {
        for (const service of services) {
          await kubectl('rollout', 'restart', `deployment/${service}`);
          await settled(service);
        }
      }
      expect((await readyPods()).filter((pod) => before.includes(pod))).toEqual([]);
    });
    expectHardlyNoticed({ acknowledged, failed });
  });

  test('serves everybody while orders is scaled up and down', async () => {
    const { acknowledged, failed } = await customers.during(async () => {
      // First to two: an earlier test, or the autoscaler, may have left more.
      for (const count of [2, 4, 2]) {
        await kubectl('scale', 'deployment/orders', `--replicas=${count}`);
        await settled('orders');
        await eventually(`${count} replicas`, async () => (await replicasOf('orders')) === count, patience);
        await delay(8000);
      }
    });
    expectHardlyNoticed({ acknowledged, failed });
  });

  test('confirms orders without the recommendation deployment, and labels them', async () => {
    const url = await ordersUrl();
    const isLive = async () => (await placeOrder(url)).body.recommendations?.source === 'live';
    await eventually('recommendations are live before', isLive, patience);
    const period = await customers.during(async () => {
      await kubectl('delete', 'deployment', 'recommendation');
      for (let count = 0; count < 30; count += 1) {
        const { status, body } = await placeOrder(url);
        expect(status).toBe(201);
        expect(body.status).toBe('confirmed');
        await delay(200);
      }
      const last = await placeOrder(url);
      expect(['cached', 'default']).toContain(last.body.recommendations.source);
      await applyDemo();
      await settled('recommendation');
    });
    expectHardlyNoticed(period);
  });

  test('lost, doubled and oversold nothing', async () => {
    const { acknowledged, verdicts } = await customers.finish();
    console.log(`${acknowledged} orders acknowledged`);
    for (const { id, title, violations } of verdicts) expect(violations, `${id} ${title}`).toEqual([]);
  });
});
