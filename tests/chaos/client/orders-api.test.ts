import { MockAgent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { ordersApi } from './orders-api.ts';

const origin = 'http://orders.test';
const agents: MockAgent[] = [];
afterEach(() => Promise.all(agents.splice(0).map((agent) => agent.close())));

function apiWith(answers: (interceptor: ReturnType<ReturnType<MockAgent['get']>['intercept']>) => void) {
  const agent = new MockAgent();
  agents.push(agent);
  agent.disableNetConnect();
  answers(agent.get(origin).intercept({ path: '/v1/orders', method: 'POST' }));
  return ordersApi({ baseUrl: origin, dispatcher: agent });
}

const order = { key: 'k', customerId: 'c', items: [{ sku: 'mug', quantity: 1 }] };
const stored = {
  id: 'o1',
  customerId: 'c',
  items: [{ sku: 'mug', quantity: 1, unitPrice: 9.9 }],
  total: 9.9,
};
const content = {
  customerId: 'c',
  items: [{ sku: 'mug', quantity: 1, unitPriceCents: 990 }],
  totalCents: 990,
};

describe('the outcome of a request', () => {
  it.each([
    [201, 'confirmed'],
    [202, 'pending'],
  ])('is ok for %i', async (status, orderStatus) => {
    const api = apiWith((route) => route.reply(status, { ...stored, status: orderStatus }));
    expect(await api.place(order)).toEqual({
      type: 'ok',
      orderId: 'o1',
      orderStatus,
      replayed: false,
      body: { httpStatus: status, ...content },
    });
  });

  it('carries what the answer says about advice, whether it makes sense or not', async () => {
    const advice = { recommendations: { source: 'nowhere', items: [] }, degraded: false };
    const api = apiWith((route) => route.reply(201, { ...stored, status: 'confirmed', ...advice }));
    expect(await api.place(order)).toMatchObject({ body: { source: 'nowhere', degraded: false } });
  });

  it('says when a stored answer was replayed', async () => {
    const headers = { 'Idempotency-Replayed': 'true' };
    const api = apiWith((route) => route.reply(202, { ...stored, status: 'pending' }, { headers }));
    expect(await api.place(order)).toMatchObject({ type: 'ok', replayed: true });
  });

  it.each([
    [409, 'insufficient-stock'],
    [503, 'overloaded'],
  ])('is a failure for a documented %i', async (status, code) => {
    const api = apiWith((route) => route.reply(status, { code }));
    expect(await api.place(order)).toEqual({ type: 'fail', status, code });
  });

  it('carries the time after which the server wants to be asked again', async () => {
    const headers = { 'Retry-After': '2' };
    const api = apiWith((route) => route.reply(503, { code: 'overloaded' }, { headers }));
    expect(await api.place(order)).toMatchObject({ type: 'fail', retryAfterMs: 2000 });
  });

  it.each([500, 502, 504])('is unknown for %i', async (status) => {
    const api = apiWith((route) => route.reply(status, { code: 'whatever' }));
    expect(await api.place(order)).toEqual({ type: 'unknown', reason: `${status} whatever` });
  });

  it('is unknown when the connection is reset', async () => {
    const api = apiWith((route) =>
      route.replyWithError(Object.assign(new Error('gone'), { code: 'ECONNRESET' })),
    );
    expect(await api.place(order)).toEqual({ type: 'unknown', reason: 'ECONNRESET' });
  });

  it.each(['{"id":"o1","sta', '{"id":7}'])('is unknown when a 201 says %s', async (body) => {
    const api = apiWith((route) => route.reply(201, body));
    expect(await api.place(order)).toEqual({ type: 'unknown', reason: 'unreadable answer' });
  });
});

describe('cancelling', () => {
  it('is for those who have the token of an operator', async () => {
    const agent = new MockAgent();
    agents.push(agent);
    agent.disableNetConnect();
    agent
      .get(origin)
      .intercept({
        path: '/v1/orders/o1/cancel',
        method: 'POST',
        headers: { authorization: 'Bearer secret' },
      })
      .reply(200, { ...stored, status: 'rejected', reason: 'cancelled' });
    const api = ordersApi({ baseUrl: origin, dispatcher: agent, operatorToken: 'secret' });
    expect(await api.cancel?.('o1')).toMatchObject({ type: 'ok', orderStatus: 'rejected' });
    expect(ordersApi({ baseUrl: origin, dispatcher: agent }).cancel).toBeUndefined();
  });
});
