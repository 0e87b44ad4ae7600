import { systemClock } from '@ballast/resilience';
import { isDatabaseAway, readConfig, sql } from '@ballast/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../src/config.ts';
import { purchasesIn } from '../src/db/purchases.ts';
import { createPurchaseCounter } from '../src/use-cases/count-purchases.ts';
import { type Recommendation, startRecommendation } from './service.ts';

let recommendation: Recommendation;
beforeAll(async () => {
  recommendation = await startRecommendation();
  await recommendation.database.query(sql`update purchases set is_counted = true`);
});
afterAll(() => recommendation.close());

const counter = (onParked: (orderId: string) => void = () => {}) =>
  createPurchaseCounter({
    store: purchasesIn(recommendation.database),
    isAway: isDatabaseAway,
    clock: systemClock,
    random: () => 0,
    onParked: ({ orderId }) => onParked(orderId),
  });

async function uncounted(): Promise<number> {
  const [row] = await recommendation.database.query<{ n: number }>(sql`
    select count(*)::integer as n from purchases where not is_counted`);
  return row?.n ?? 0;
}

/** Purchases of 50 products each, of 3,000 that there are: nearly half a million pairs, most of them different. */
const addLargeBaskets = () =>
  recommendation.database.query(sql`
    insert into purchases (order_id, customer_id, skus)
    select 'large-' || n, 'customer-' || n, array(
      select distinct 'LARGE-' || (n * 104729::bigint + line * line * 7919) % 3000 from generate_series(1, 50) as line)
    from generate_series(1, 200) as n`);

describe('counting', () => {
  it('gets through large baskets, of which a fixed number would take too long', {
    timeout: 120_000,
  }, async () => {
    await addLargeBaskets();
    const [expected] = await recommendation.database.query<{ pairs: string }>(sql`
      select sum(cardinality(skus) * (cardinality(skus) - 1)) as pairs from purchases where not is_counted`);
    const { countDue } = counter();
    while (await countDue());
    expect(await uncounted()).toBe(0);
    const [counted] = await recommendation.database.query<{ pairs: string }>(sql`
      select sum(times) as pairs from bought_together where sku like 'LARGE-%'`);
    expect(counted).toEqual(expected);
  });

  it('parks what fails alone, and counts all others', async () => {
    await recommendation.database.query(sql`
      alter table popular_products add constraint no_poison check (sku <> 'POISON')`);
    for (let n = 0; n < 30; n++) {
      const skus = n === 11 ? ['MUG-ENAMEL', 'POISON'] : ['MUG-ENAMEL', 'SEABOOTS'];
      await recommendation.send('PUT', `/v1/purchases/mixed-${n}`, { customerId: 'ida', skus });
    }
    const parked: string[] = [];
    const { countDue } = counter((orderId) => parked.push(orderId));
    const store = purchasesIn(recommendation.database);
    let rounds = 0;
    for (; rounds < 100 && (await uncounted()) > parked.length; rounds++) await countDue().catch(() => {});
    expect(parked).toEqual(['mixed-11']);
    expect(rounds).toBeLessThan(60);
    expect(await uncounted()).toBe(1);
    expect(await countDue()).toBe(false);
    expect(await store.backlog()).toEqual({ parked: 1, oldestDueAgeMs: 0 });
  });

  it('takes a basket that is larger than a batch alone, and tells how far behind it is', async () => {
    await recommendation.database.query(sql`
      insert into purchases (order_id, customer_id, skus, count_at) values
        ('pair', 'ida', array['A', 'B'], now() - interval '3 minutes'),
        ('huge', 'ida', array(select 'HUGE-' || n from generate_series(1, 50) as n), now() - interval '4 minutes')`);
    const store = purchasesIn(recommendation.database);
    expect((await store.backlog()).oldestDueAgeMs).toBeGreaterThanOrEqual(240_000);
    expect(await store.due({ maxPurchases: 10, maxPairs: 100 })).toEqual([{ orderId: 'huge', attempts: 0 }]);
    expect(await store.due({ maxPurchases: 10, maxPairs: 2452 })).toHaveLength(2);
    const { countDue } = counter();
    expect(await countDue()).toBe(true);
    expect(await countDue()).toBe(false);
  });
});

describe('a purchase that is past its time', () => {
  const ages = () =>
    recommendation.database.query(
      sql`select order_id as "orderId" from purchases where order_id like 'age-%' order by 1`,
    );

  it('is forgotten once it is counted, and the counts stay', async () => {
    await recommendation.database.query(sql`delete from purchases`);
    await recommendation.database.query(sql`
      insert into purchases (order_id, customer_id, skus, is_counted, purchased_at)
      select 'age-' || n, 'ida', array['A', 'B'], n < 4, now() - n * interval '1 day' from generate_series(1, 5) as n`);
    const store = purchasesIn(recommendation.database);
    const [before] = await recommendation.database.query(sql`select sum(times) as n from bought_together`);
    expect(await store.forget({ keepMs: 36 * 3_600_000, limit: 1 })).toBe(1);
    expect(await ages()).toHaveLength(4);
    expect(await store.forget({ keepMs: 36 * 3_600_000, limit: 10 })).toBe(1);
    expect(await ages()).toEqual(['age-1', 'age-4', 'age-5'].map((orderId) => ({ orderId })));
    expect(await recommendation.database.query(sql`select sum(times) as n from bought_together`)).toEqual([
      before,
    ]);
  });

  it('is not forgotten before it can be counted', () => {
    const env = { PORT: '1', DATABASE_URL: 'postgres://a', COUNT_MS: '5000' };
    expect(() => readConfig(configSchema, { ...env, PURCHASE_KEEP_MS: '4999' })).toThrow('PURCHASE_KEEP_MS');
    expect(readConfig(configSchema, { ...env, PURCHASE_KEEP_MS: '5000' })).toBeTruthy();
  });
});
