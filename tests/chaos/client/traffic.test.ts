import { describe, expect, it } from 'vitest';
import { openHistoryLog } from '../history/history-log.ts';
import { seededRandom } from '../seeded-random.ts';
import { World } from '../simulation/world.ts';
import { sleep } from '../sleep.ts';
import { startTraffic } from './traffic.ts';

const catalogue = { plenty: ['mug'], scarce: ['bell'] };

/** Traffic to an API that answers after `answerMs`, on a clock whose timers are late by `lateMs`. */
function trafficTo({ answerMs = 1, lateMs = 0 } = {}) {
  const world = new World(seededRandom(1));
  const log = openHistoryLog({ clock: world });
  const answer = async () => {
    await sleep(world, answerMs);
    return { type: 'ok', orderId: 'o', orderStatus: 'confirmed', replayed: false } as const;
  };
  const traffic = startTraffic(10, catalogue, {
    api: { place: answer, read: answer, close: async () => {} },
    log,
    random: seededRandom(1),
    clock: {
      now: () => world.now(),
      setTimer: (callback, delayMs) => world.setTimer(callback, delayMs + lateMs),
    },
    closing: new AbortController().signal,
  });
  return { world, log, traffic };
}

describe('traffic', () => {
  it.each([
    ['at its rate', {}],
    ['at its rate however slow the answers are', { answerMs: 2000 }],
    ['at its rate although timers are late', { lateMs: 15 }],
  ])('comes %s', async (_title, options) => {
    const { world, traffic } = trafficTo(options);
    await world.runUntil(100_000);
    expect(traffic.customers).toBeGreaterThan(900);
    expect(traffic.customers).toBeLessThan(1100);
  });

  it('lets as many wait as come in five seconds, and turns the others away', async () => {
    const { world, traffic } = trafficTo({ answerMs: 1_000_000 });
    await world.runUntil(100_000);
    expect(traffic.customers).toBe(50);
    expect(traffic.customers + traffic.turnedAway).toBeGreaterThan(900);
  });

  it('orders a scarce product now and then', async () => {
    const { world, log } = trafficTo();
    await world.runUntil(100_000);
    const items = log.entries.flatMap((entry) => ('items' in entry ? entry.items : []));
    const scarce = items.filter(({ sku }) => sku === 'bell').length / items.length;
    expect(scarce).toBeGreaterThan(0.02);
    expect(scarce).toBeLessThan(0.1);
  });

  it('waits for the customers who came when it stops', async () => {
    const { world, log, traffic } = trafficTo({ answerMs: 1000 });
    await world.runUntil(10_000);
    let stopped = false;
    const stopping = traffic.stop().then(() => {
      stopped = true;
    });
    const customers = traffic.customers;
    await world.runUntil(60_000);
    await stopping;
    expect(stopped).toBe(true);
    expect(traffic.customers).toBe(customers);
    const open = new Set<number>();
    for (const entry of log.entries) {
      if (entry.type === 'invoke') open.add(entry.attempt);
      else if ('attempt' in entry) open.delete(entry.attempt);
    }
    expect(open.size).toBe(0);
  });
});
