import { describe, expect, it } from 'vitest';
import type { Toxic, ToxicEffect } from '../toxic.ts';
import { bandwidth, latency, limitData, resetPeer, slicer, slowClose, timeout } from './index.ts';

/** A stream whose time passes only by waiting, and which records what happens to it. */
function streamThrough(toxic: Toxic, random = 0.5) {
  const events: string[] = [];
  let now = 0;
  const effect: ToxicEffect = toxic.attach({
    now: () => now,
    random: () => random,
    async wait(ms) {
      events.push(`wait ${ms}`);
      now += Math.max(0, ms);
    },
    close: () => events.push('close'),
    reset: () => events.push('reset'),
  });
  async function send(text: string, arrivedAt = now): Promise<void> {
    for await (const { data } of effect.pass?.({ data: Buffer.from(text), arrivedAt }) ?? [])
      events.push(`"${data}"`);
  }
  return { events, send, end: async () => effect.beforeEnd?.() };
}

describe('latency', () => {
  it('delays data by its latency', async () => {
    const { events, send } = streamThrough(latency({ latencyMs: 100 }));
    await send('hello');
    expect(events).toEqual(['wait 100', '"hello"']);
  });

  it('counts from the arrival, so that waiting in the queue is not added', async () => {
    const { events, send } = streamThrough(latency({ latencyMs: 100 }));
    await send('one', 0);
    await send('two', 0);
    expect(events).toEqual(['wait 100', '"one"', 'wait 0', '"two"']);
  });

  it.each([
    [0, 'wait 80'],
    [1, 'wait 120'],
  ])('varies by its jitter (random %d)', async (random, expected) => {
    const { events, send } = streamThrough(latency({ latencyMs: 100, jitterMs: 20 }), random);
    await send('hello');
    expect(events[0]).toBe(expected);
  });
});

describe('timeout', () => {
  it('drops data and closes after its time', async () => {
    const { events, send } = streamThrough(timeout({ timeoutMs: 50 }));
    await send('hello');
    expect(events).toEqual(['wait 50', 'close']);
  });

  it('without a time never answers: even the end is dropped', async () => {
    const { events, send, end } = streamThrough(timeout({ timeoutMs: 0 }));
    await send('hello');
    await end();
    expect(events).toEqual([`wait ${2 ** 31 - 1}`]);
  });
});

describe('reset_peer', () => {
  it('resets some time after data arrives', async () => {
    const { events, send } = streamThrough(resetPeer({ timeoutMs: 10 }));
    await send('hello');
    expect(events).toEqual(['wait 10', 'reset']);
  });
});

describe('slicer', () => {
  it('cuts data into pieces with pauses between them', async () => {
    const { events, send } = streamThrough(slicer({ averageSize: 2, delayMs: 5 }));
    await send('hello');
    expect(events).toEqual(['"he"', 'wait 5', '"ll"', 'wait 5', '"o"']);
  });

  it('rejects a size at which slices may be empty', () => {
    expect(() => slicer({ averageSize: 2, sizeVariation: 2 })).toThrow('at least one byte');
  });
});

describe('limit_data', () => {
  it('closes once its bytes have passed, over several chunks', async () => {
    const { events, send } = streamThrough(limitData({ bytes: 7 }));
    await send('hello');
    await send('world');
    expect(events).toEqual(['"hello"', '"wo"', 'close']);
  });
});

describe('bandwidth', () => {
  it('spreads data over time at its rate', async () => {
    const { events, send } = streamThrough(bandwidth({ rateKBps: 1 }));
    await send('x'.repeat(2048));
    expect(events.filter((event) => event.startsWith('wait'))).toEqual(['wait 1024', 'wait 1024']);
  });
});

describe('slow_close', () => {
  it('delays only the end', async () => {
    const { events, end } = streamThrough(slowClose({ delayMs: 300 }));
    await end();
    expect(events).toEqual(['wait 300']);
  });
});
