import { createHash } from 'node:crypto';
import { sql } from '@ballast/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPurchaseHistory } from '../src/db/purchase-history.ts';
import { purchasesIn } from '../src/db/purchases.ts';
import { type Recommendation, startRecommendation } from './service.ts';

const purchaseHistory = readPurchaseHistory();
let recommendation: Recommendation;
beforeAll(async () => {
  recommendation = await startRecommendation();
});
afterAll(() => recommendation.close());

const skusFor = async (customerId: string): Promise<string[]> => {
  const { body } = await recommendation.send('GET', `/v1/recommendations/${customerId}`);
  return body.items.map(({ sku }: { sku: string }) => sku);
};
const buy = (orderId: string, customerId: string, ...skus: string[]) =>
  recommendation.send('PUT', `/v1/purchases/${orderId}`, { customerId, skus });
async function uncounted() {
  const rows = await recommendation.database.query<{ n: number }>(sql`
    select count(*)::integer as n from purchases where not is_counted`);
  return rows[0]?.n;
}
async function count(batch = { maxPurchases: 50, maxPairs: 1000 }) {
  const purchases = purchasesIn(recommendation.database);
  return purchases.fold((await purchases.due(batch)).map(({ orderId }) => orderId));
}
async function countAll() {
  let counted = 0;
  for (let some = 1; some > 0; counted += some) some = await count();
  // The service may be counting some of them itself at this moment.
  await expect.poll(uncounted, { timeout: 10_000 }).toBe(0);
  return counted;
}

describe('the history', () => {
  it('is what it was when it was released, row for row', async () => {
    const rows = await recommendation.database.query<{
      orderId: string;
      customerId: string;
      skus: string[];
    }>(sql`
      select order_id as "orderId", customer_id as "customerId", skus from purchases
      where order_id like 'history-%' order by split_part(order_id, '-', 2)::integer`);
    expect(rows).toHaveLength(260);
    expect(rows[0]).toEqual({
      orderId: 'history-1',
      customerId: 'customer-070',
      skus: ['HARNESS-TETHER-2M', 'FIRST-AID-SKIPPER', 'FLARE-KIT-COASTAL', 'TORCH-FLOATING'],
    });
    expect(createHash('sha256').update(JSON.stringify(rows)).digest('hex')).toBe(
      'd0636b23b47cd338e74ae00d37529222a2790eae452870223e334dd7d1857ca1',
    );
  });
});

describe('recommendations', () => {
  it('begin with a history, each purchase of it counted once', async () => {
    const counted = async () => {
      const rows = await recommendation.database.query<{ n: number }>(sql`
        select coalesce(sum(times), 0)::integer as n from popular_products`);
      return rows[0]?.n;
    };
    const bought = purchaseHistory.reduce((sum, [, ...skus]) => sum + skus.length, 0);
    await expect.poll(counted, { timeout: 10_000 }).toBe(bought);
    expect(await countAll()).toBe(0);
  });

  it('are what is popular for somebody unknown', async () => {
    const times = new Map<string, number>();
    for (const [, ...skus] of purchaseHistory)
      for (const sku of skus) times.set(sku, (times.get(sku) ?? 0) + 1);
    const popular = [...times].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([sku]) => sku);

    const reply = await recommendation.send('GET', '/v1/recommendations/somebody-new');
    expect(reply).toMatchObject({ status: 200, body: { customerId: 'somebody-new', basis: 'popular' } });
    expect(await skusFor('somebody-new')).toEqual(popular.slice(0, 4));
  });

  it('are what others bought together with what the customer has, never what the customer has', async () => {
    for (let i = 0; i < 100; i++) await buy(`pair-${i}`, `other-${i}`, 'SEABOOTS', 'HORN-SIGNAL');
    await buy('mine', 'ida', 'SEABOOTS');
    await countAll();

    const reply = await recommendation.send('GET', '/v1/recommendations/ida');
    expect(reply.body.basis).toBe('bought-together');
    expect(await skusFor('ida')).toHaveLength(4);
    expect((await skusFor('ida'))[0]).toBe('HORN-SIGNAL');
    expect(await skusFor('ida')).not.toContain('SEABOOTS');
  });

  it('leave out what the customer has, also where two of those were bought together', async () => {
    for (let i = 0; i < 100; i++) await buy(`both-${i}`, 'jon', 'WINCH-HANDLE-10', 'BLOCK-SINGLE-40');
    await countAll();
    expect(await skusFor('jon')).toHaveLength(4);
    expect(await skusFor('jon')).not.toContain('WINCH-HANDLE-10');
    expect(await skusFor('jon')).not.toContain('BLOCK-SINGLE-40');
  });

  it('fall back on what is popular when nothing was ever bought together with it', async () => {
    await buy('lonely', 'lars', 'SEXTANT-ANNIVERSARY');
    await countAll();
    expect((await recommendation.send('GET', '/v1/recommendations/lars')).body.basis).toBe('popular');
  });
});

describe('a purchase', () => {
  it('counts once however often it is announced', async () => {
    const timesCounted = async () => {
      // Whoever counts it: the service may do so at this moment.
      await countAll();
      const rows = await recommendation.database.query<{ times: number }>(sql`
        select times::integer as times from popular_products where sku = 'CAP-WATCH'`);
      return rows[0]?.times ?? 0;
    };
    const before = await timesCounted();
    for (let i = 0; i < 3; i++)
      expect((await buy('again', 'nora', 'CAP-WATCH', 'SEABOOTS')).status).toBe(204);
    expect(await timesCounted()).toBe(before + 1);
    await buy('again', 'nora', 'CAP-WATCH', 'SEABOOTS');
    expect(await timesCounted()).toBe(before + 1);
  });

  it('counts every pair of a basket', async () => {
    const basket = ['LANTERN-BRASS', 'STOVE-SPIRIT', 'KETTLE-GIMBAL'];
    const pairs = () =>
      recommendation.database.query<{ times: number }>(sql`
        select times::integer as times from bought_together
        where sku = any(${basket}) and other_sku = any(${basket}) order by sku, other_sku`);
    await countAll();
    const before = await pairs();
    expect(before).toHaveLength(6);
    await buy('whole', 'per', ...basket);
    await countAll();
    expect(await pairs()).toEqual(before.map(({ times }) => ({ times: times + 1 })));
  });

  it('counts a product once, however often the announcement names it', async () => {
    const popularity = async () => {
      const rows = await recommendation.database.query<{ times: number }>(sql`
        select times::integer as times from popular_products where sku = 'CAP-WATCH'`);
      return rows[0]?.times ?? 0;
    };
    await countAll();
    const before = await popularity();
    await buy('repeated', 'per', 'CAP-WATCH', 'CAP-WATCH');
    await countAll();
    expect(await popularity()).toBe(before + 1);
  });

  it('counts once when several replicas count at the same time', async () => {
    await countAll();
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        buy(`crowd-${i}`, 'olaf', 'LOGBOOK-HARDBACK', 'DIVIDERS-BRASS-180'),
      ),
    );
    const times = async () => {
      const rows = await recommendation.database.query<{ times: string }>(sql`
        select times from bought_together where sku = 'LOGBOOK-HARDBACK' and other_sku = 'DIVIDERS-BRASS-180'`);
      return Number(rows[0]?.times ?? 0);
    };
    const before = await times();
    await Promise.all(Array.from({ length: 12 }, () => count({ maxPurchases: 10, maxPairs: 1000 })));
    await countAll();
    expect(await times()).toBe(before + 60);
  });
});

it.each<[string, string, string, unknown, number]>([
  ['malformed JSON', 'PUT', '/v1/purchases/bad', '{"skus":', 400],
  ['no products', 'PUT', '/v1/purchases/bad', { customerId: 'a', skus: [] }, 400],
  ['__proto__', 'PUT', '/v1/purchases/bad', '{"customerId":"a","skus":["A"],"__proto__":{}}', 400],
  ['a customer who is no name', 'GET', '/v1/recommendations/a%00b', undefined, 400],
  ['an unknown route', 'GET', '/v1/recommendations', undefined, 404],
  ['a wrong method', 'POST', '/v1/purchases/bad', { customerId: 'a', skus: ['A'] }, 405],
])('answers %s with a problem and stores nothing', async (_what, method, path, body, status) => {
  const reply = await recommendation.send(method, path, body);
  expect(reply).toMatchObject({ status, body: { status } });
  const rows = await recommendation.database.query(sql`select 1 from purchases where order_id = 'bad'`);
  expect(rows).toEqual([]);
});

it('counts by itself', async () => {
  const busy = await startRecommendation({ COUNT_MS: '20' });
  const basis = async () => (await busy.send('GET', '/v1/recommendations/customer-070')).body.basis;
  await expect.poll(basis, { timeout: 5000 }).toBe('bought-together');
  await busy.close();
});
