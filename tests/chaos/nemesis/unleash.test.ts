import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { World } from '../simulation/world.ts';
import type { Fault, Harm } from './fault.ts';
import { killsIn, unleash } from './unleash.ts';

const kill = (process: string): Harm => ({ kind: 'kill', process });

function simulated(faults: readonly Fault[], refuse = (_harm: Harm) => false) {
  const world = new World(seededRandom(1));
  const events: string[] = [];
  const inflict = async (harm: Harm) => {
    if (refuse(harm)) throw new Error('already down');
    const name = 'process' in harm ? harm.process : harm.kind;
    events.push(`${world.now} harm ${name}`);
    return async () => void events.push(`${world.now} cure ${name}`);
  };
  const stop = new AbortController();
  const wait = (ms: number) => {
    const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    return Promise.race([world.wait(ms), stopped]);
  };
  const nemesis = unleash(faults, inflict, { now: () => world.now, wait, stopping: stop.signal });
  return { world, events, nemesis, stop };
}

describe('the nemesis', () => {
  it('harms at the time of each fault and cures at its end', async () => {
    const { world, events, nemesis } = simulated([
      { atMs: 10, forMs: 100, harm: kill('a') },
      { atMs: 50, forMs: 20, harm: kill('b') },
    ]);
    await world.runUntil(1000);
    await nemesis.done;
    expect(events).toEqual(['10 harm a', '50 harm b', '70 cure b', '110 cure a']);
  });

  it('writes down what it could not do, and goes on', async () => {
    const faults = [
      { atMs: 1, forMs: 1, harm: kill('a') },
      { atMs: 5, forMs: 1, harm: kill('b') },
    ];
    const { world, nemesis } = simulated(faults, (harm) => 'process' in harm && harm.process === 'a');
    await world.runUntil(1000);
    await nemesis.done;
    expect(nemesis.struck).toEqual([
      { at: 1, forMs: 1, harm: kill('a'), missed: 'already down' },
      { at: 5, forMs: 1, harm: kill('b') },
    ]);
  });

  it('cures what it has begun when it is stopped, and begins nothing more', async () => {
    const { world, events, nemesis, stop } = simulated([
      { atMs: 10, forMs: 1000, harm: kill('a') },
      { atMs: 500, forMs: 10, harm: kill('b') },
    ]);
    world.after(100, () => stop.abort());
    await world.runUntil(100);
    await nemesis.done;
    expect(events).toEqual(['10 harm a', '100 cure a']);
  });

  it('counts as kills what leaves no time to clean up', () => {
    const harms: Harm[] = [
      kill('a'),
      { kind: 'database-stop' },
      { kind: 'service-fault', process: 'a', fault: 'crash', ratio: 1 },
      { kind: 'service-fault', process: 'a', fault: 'error', ratio: 1 },
      { kind: 'stall', process: 'a' },
    ];
    const struck = harms.map((harm) => ({ at: 0, forMs: 1, harm }));
    expect(killsIn([...struck, { at: 0, forMs: 1, harm: kill('b'), missed: 'already down' }])).toBe(3);
  });
});
