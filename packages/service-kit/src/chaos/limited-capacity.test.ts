import type { AddressInfo } from 'node:net';
import { createLoadShedder } from '@ballast/resilience';
import express, { type RequestHandler } from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRequestContext, stampArrival } from '../request/request-context.ts';
import { type Chaos, createChaos, faultSchema } from './chaos.ts';
import { limitedCapacity } from './limited-capacity.ts';

const shedder = createLoadShedder();
const waits: number[] = [];
const bound = { admit: shedder.admit.bind(shedder), snapshot: shedder.snapshot.bind(shedder) };
let chaos: Chaos;
let done: string[];
let url: string;
let close: () => void;

beforeEach(async () => {
  chaos = createChaos();
  done = [];
  waits.length = 0;
  const work: RequestHandler = (request, response) => {
    done.push(request.path);
    if (!response.headersSent) response.end();
  };
  const deadline = { defaultMs: 5000, maxMs: 5000, answerReserveMs: 0 };
  const app = express();
  app.use(stampArrival, openRequestContext({ priority: 'default' }, deadline));
  app.use(limitedCapacity(chaos, { ...bound, queueWaited: (waitMs) => void waits.push(waitMs) })(work));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => void server.close();
});
afterEach(() => {
  chaos.stop();
  shedder.configure({ enabled: true });
  close();
});

const limitCapacity = () =>
  chaos.start(faultSchema.parse({ fault: 'capacity', perSecond: 0.001, forMs: 60_000 }));
const ask = (path: string, deadlineMs = 5000) =>
  fetch(url + path, { headers: { 'x-deadline-ms': `${deadlineMs}` } }).then(({ status }) => status);

/** Sends a request, and resolves when it waits for its turn. */
async function askAndStand(path: string) {
  const before = waits.length;
  const answer = ask(path);
  await expect.poll(() => waits.length).toBe(before + 1);
  return { answer };
}

test('without the fault everything passes at once', async () => {
  await Promise.all([ask('/1'), ask('/2')]);
  expect(done).toHaveLength(2);
});

test('under the fault work waits for its turn, and passes in order when the fault ends', async () => {
  limitCapacity();
  const { answer } = await askAndStand('/first');
  const second = ask('/second', 4000);
  expect(done).toEqual([]);
  chaos.stop();
  expect([await answer, await second]).toEqual([200, 200]);
  expect(done).toEqual(['/first', '/second']);
});

test.each([
  ['dropped by a shedder', true, ['/first']],
  ['done without one, although its caller has left', false, ['/first', '/late']],
] as const)('work that expired in the line is %s', async (_name, enabled, expected) => {
  shedder.configure({ enabled });
  limitCapacity();
  const { answer } = await askAndStand('/first');
  expect(await ask('/late', 30)).toBe(504);
  chaos.stop();
  await answer;
  await expect.poll(() => waits.length).toBe(2);
  await expect.poll(() => done).toEqual(expected);
});

test('a fault leaves no wait behind for the next one', async () => {
  limitCapacity();
  const { answer } = await askAndStand('/first');
  chaos.stop();
  await answer;
  chaos.start(faultSchema.parse({ fault: 'capacity', perSecond: 1000, forMs: 60_000 }));
  expect(await ask('/next', 2000)).toBe(200);
});
