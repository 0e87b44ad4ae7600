import { readConfig } from '@ballast/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../src/config.ts';
import { reservationsIn } from '../src/db/reservations.ts';
import { type Inventory, startInventory } from './service.ts';

const mug = 'MUG-ENAMEL';
const kettle = 'KETTLE-GIMBAL';
const print = 'PRINT-LIGHTHOUSE';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.close());

let orders = 0;
const nextOrder = () => `/v1/reservations/order-${++orders}`;
const idOf = (path: string) => path.split('/').at(-1) as string;
const put = (path: string, items: object[], status?: string) =>
  inventory.send('PUT', path, { items, ...(status && { status }) });

describe('a reservation', () => {
  it('holds stock until it is confirmed, then sells it', async () => {
    const before = await inventory.stockOf(mug);
    const path = nextOrder();

    const reserved = await put(path, [{ sku: mug, quantity: 3 }]);
    expect(reserved).toMatchObject({
      status: 200,
      body: { orderId: idOf(path), status: 'reserved', items: [{ sku: mug, quantity: 3 }] },
    });
    expect(await inventory.stockOf(mug)).toEqual({
      ...before,
      available: before.available - 3,
      reserved: 3,
    });

    const confirmed = await put(path, [{ sku: mug, quantity: 3 }], 'confirmed');
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(await inventory.stockOf(mug)).toEqual({ ...before, available: before.available - 3, sold: 3 });
  });

  it('is decided once: repeating any step changes nothing', async () => {
    const path = nextOrder();
    const items = [{ sku: kettle, quantity: 2 }];
    for (const status of ['reserved', 'reserved', 'confirmed', 'confirmed', 'reserved'])
      await put(path, items, status);
    expect((await put(path, items)).body.status).toBe('confirmed');
    expect(await inventory.stockOf(kettle)).toMatchObject({ reserved: 0, sold: 2 });
  });

  it('can be confirmed without having been reserved first', async () => {
    const path = nextOrder();
    expect((await put(path, [{ sku: mug, quantity: 1 }], 'confirmed')).body.status).toBe('confirmed');
  });

  it('adds up lines of the same product, in any order', async () => {
    const path = nextOrder();
    await put(path, [
      { sku: mug, quantity: 1 },
      { sku: kettle, quantity: 1 },
      { sku: mug, quantity: 4 },
    ]);
    const again = await put(path, [
      { sku: kettle, quantity: 1 },
      { sku: mug, quantity: 5 },
    ]);
    expect(again.body.items).toEqual([
      { sku: kettle, quantity: 1 },
      { sku: mug, quantity: 5 },
    ]);
  });

  it('is refused for other items than it was decided for', async () => {
    const path = nextOrder();
    await put(path, [{ sku: mug, quantity: 1 }]);
    for (const status of ['reserved', 'confirmed']) {
      expect(await put(path, [{ sku: mug, quantity: 2 }], status)).toMatchObject({
        status: 409,
        body: { code: 'reservation-differs' },
      });
    }
    expect((await inventory.send('GET', path)).body.status).toBe('reserved');
  });

  it('is refused for good when stock does not suffice, even if it would later', async () => {
    const path = nextOrder();
    const greedy = [
      { sku: mug, quantity: 1 },
      { sku: print, quantity: 51 },
    ];
    const before = await inventory.stockOf(mug);
    for (const status of ['reserved', 'confirmed']) {
      expect(await put(path, greedy, status)).toMatchObject({
        status: 409,
        body: { code: 'insufficient-stock' },
      });
    }
    expect(await inventory.stockOf(mug)).toEqual(before);
    expect((await inventory.send('GET', path)).body).toMatchObject({
      status: 'refused',
      reason: 'insufficient-stock',
    });
  });

  it('is refused for good when a product is unknown', async () => {
    const path = nextOrder();
    const items = [
      { sku: mug, quantity: 1 },
      { sku: 'NO-SUCH-THING', quantity: 1 },
    ];
    for (let i = 0; i < 2; i++)
      expect(await put(path, items)).toMatchObject({ status: 422, body: { code: 'unknown-sku' } });
  });
});

describe('a release', () => {
  it('gives the stock back, and repeating it changes nothing', async () => {
    const path = nextOrder();
    const before = await inventory.stockOf(kettle);
    await put(path, [{ sku: kettle, quantity: 7 }]);
    for (let i = 0; i < 2; i++) expect((await inventory.send('DELETE', path)).status).toBe(204);
    expect(await inventory.stockOf(kettle)).toEqual(before);
  });

  it.each(['before', 'after'])(
    'refuses a reservation that arrives later (released %s anything was held)',
    async (when) => {
      const path = nextOrder();
      if (when === 'after') await put(path, [{ sku: kettle, quantity: 1 }]);
      await inventory.send('DELETE', path);
      expect(await put(path, [{ sku: kettle, quantity: 1 }])).toMatchObject({
        status: 409,
        body: { code: 'reservation-released' },
      });
    },
  );

  it('can not take back what is sold', async () => {
    const path = nextOrder();
    await put(path, [{ sku: kettle, quantity: 1 }], 'confirmed');
    expect(await inventory.send('DELETE', path)).toMatchObject({
      status: 409,
      body: { code: 'reservation-confirmed' },
    });
  });
});

describe('an overdue reservation', () => {
  it('can not be confirmed as it is, but is decided anew', async () => {
    const path = nextOrder();
    const items = [{ sku: 'SEABOOTS', quantity: 4 }];
    await put(path, items);
    await inventory.overdue(idOf(path));
    expect((await put(path, items, 'confirmed')).body.status).toBe('confirmed');
    expect(await inventory.stockOf('SEABOOTS')).toMatchObject({ reserved: 0, sold: 4 });
    expect(await inventory.ledgerOf('SEABOOTS')).toEqual(await inventory.stockOf('SEABOOTS'));
  });

  it('gives its stock back, and finds it gone when it comes again too late', async () => {
    const late = nextOrder();
    const items = [{ sku: print, quantity: 50 }];
    await put(late, items);
    await inventory.overdue(idOf(late));
    expect(await reservationsIn(inventory.database, { ttlMs: 1000 }).expire({ limit: 10 })).toBe(1);
    expect((await inventory.send('GET', late)).body.status).toBe('expired');

    expect((await put(nextOrder(), items, 'confirmed')).body.status).toBe('confirmed');
    expect(await put(late, items)).toMatchObject({ status: 409, body: { code: 'insufficient-stock' } });
  });

  it('gives its stock back without being asked', async () => {
    const hasty = await startInventory({ RESERVATION_TTL_MS: '100', SWEEP_MS: '20' });
    await hasty.send('PUT', '/v1/reservations/forgotten', { items: [{ sku: mug, quantity: 9 }] });
    const status = async () => (await hasty.send('GET', '/v1/reservations/forgotten')).body.status;
    await expect.poll(status, { timeout: 5000 }).toBe('expired');
    expect(await hasty.stockOf(mug)).toMatchObject({ available: 1_000_000, reserved: 0 });
    await hasty.close();
  });
});

describe('an ended reservation', () => {
  it('is forgotten after its time, while a held one stays', async () => {
    const forgetful = await startInventory({
      RESERVATION_TTL_MS: '1000',
      RESERVATION_KEEP_MS: '1000',
      SWEEP_MS: '20',
    });
    await forgetful.send('PUT', '/v1/reservations/sold', {
      items: [{ sku: mug, quantity: 1 }],
      status: 'confirmed',
    });
    const status = async () => (await forgetful.send('GET', '/v1/reservations/sold')).status;
    expect(await status()).toBe(200);
    await expect.poll(status, { timeout: 10_000 }).toBe(404);
    expect(await forgetful.stockOf(mug)).toMatchObject({ sold: 1 });
    expect(await forgetful.ledgerOf(mug)).toEqual(await forgetful.stockOf(mug));
    await forgetful.close();
  });

  it('is not kept shorter than a held one', () => {
    const env = { PORT: '1', DATABASE_URL: 'postgres://a', RESERVATION_TTL_MS: '60000' };
    expect(() => readConfig(configSchema, { ...env, RESERVATION_KEEP_MS: '59999' })).toThrow(
      'RESERVATION_KEEP_MS',
    );
    expect(readConfig(configSchema, { ...env, RESERVATION_KEEP_MS: '60000' })).toBeTruthy();
  });
});

describe('the listing of reservations', () => {
  it('tells page after page what was decided, each order once', async () => {
    const listed = await startInventory();
    const orders = ['a', 'b', 'c', 'd', 'e'];
    for (const order of orders)
      await listed.send('PUT', `/v1/reservations/${order}`, { items: [{ sku: mug, quantity: 2 }] });

    const seen: string[] = [];
    let path: string | undefined = '/v1/reservations?limit=2';
    while (path) {
      const { status, body } = await listed.send('GET', path);
      expect(status).toBe(200);
      expect(body.reservations[0]).toMatchObject({ status: 'reserved', items: [{ sku: mug, quantity: 2 }] });
      seen.push(...body.reservations.map(({ orderId }: { orderId: string }) => orderId));
      path = body.next && `/v1/reservations?limit=2&after=${body.next}`;
    }
    expect(seen).toEqual(orders);
    await listed.close();
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'after=%00', 'before=a'])('rejects ?%s', async (query) => {
    expect((await inventory.send('GET', `/v1/reservations?${query}`)).status).toBe(400);
  });
});
