import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@ballast/resilience/primitives';
import { eventually } from '@ballast/resilience/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { startOperator } from './operator.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An orders service with that many parked rows. */
async function ordersWith(parked: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.end(JSON.stringify({ requeued: parked }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('the operator', () => {
  it.each([
    [3, [3]],
    [0, []],
  ])('has %i parked rows tried again, and notes it', async (parked, noted) => {
    const { asked, url } = await ordersWith(parked);
    const rows: number[] = [];
    const operator = startOperator({
      baseUrls: [url],
      token: 'secret',
      log: { requeued: (count) => rows.push(count) },
      clock: systemClock,
    });
    cleanups.push(operator.stop);
    await eventually('the first request', async () => expect(asked.length).toBeGreaterThan(0));
    await operator.stop();
    expect(asked[0]).toBe('POST /v1/outbox/requeue Bearer secret');
    expect(rows).toEqual(noted);
  });
});
