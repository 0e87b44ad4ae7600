import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { World } from '../simulation/world.ts';
import type { Fault, ScheduledFault } from './fault.ts';
import { killsIn, startNemesis } from './nemesis.ts';

const kill = (process: string): Fault => ({ kind: 'kill', process });

function simulated(schedule: readonly ScheduledFault[], isImpossible = (_fault: Fault) => false) {
  const world = new World(seededRandom(1));
  const events: string[] = [];
  const injectFault = async (fault: Fault) => {
    if (isImpossible(fault)) throw new Error('already down');
    const name = 'process' in fault ? fault.process : fault.kind;
    events.push(`${world.now()} begin ${name}`);
    return async () => void events.push(`${world.now()} end ${name}`);
  };
  const stop = new AbortController();
  const nemesis = startNemesis(schedule, injectFault, { clock: world, stopping: stop.signal });
  return { world, events, nemesis, stop };
}

describe('the nemesis', () => {
  it('begins each fault at its time and ends it after its duration', async () => {
    const { world, events, nemesis } = simulated([
      { atMs: 10, forMs: 100, fault: kill('a') },
      { atMs: 50, forMs: 20, fault: kill('b') },
    ]);
    await world.runUntil(1000);
    await nemesis.done;
    expect(events).toEqual(['10 begin a', '50 begin b', '70 end b', '110 end a']);
  });

  it('notes what it could not do, and goes on', async () => {
    const schedule = [
      { atMs: 1, forMs: 1, fault: kill('a') },
      { atMs: 5, forMs: 1, fault: kill('b') },
    ];
    const { world, nemesis } = simulated(schedule, (fault) => 'process' in fault && fault.process === 'a');
    await world.runUntil(1000);
    await nemesis.done;
    expect(nemesis.injected).toEqual([
      { at: 1, forMs: 1, fault: kill('a'), missed: 'already down' },
      { at: 5, forMs: 1, fault: kill('b') },
    ]);
  });

  it('tries the first fault of its class again when its target is down', async () => {
    let isDown = true;
    const schedule = [{ atMs: 1, forMs: 10, fault: kill('a'), isRequired: true }];
    const { world, events, nemesis } = simulated(schedule, () => isDown);
    await world.runUntil(700);
    isDown = false;
    await world.runUntil(5000);
    await nemesis.done;
    expect(events).toEqual(['1001 begin a', '1011 end a']);
    expect(nemesis.injected.map(({ missed }) => missed)).toEqual(['already down', 'already down', undefined]);
  });

  it('ends what it has begun when it is stopped, and begins nothing more', async () => {
    const { world, events, nemesis, stop } = simulated([
      { atMs: 10, forMs: 1000, fault: kill('a') },
      { atMs: 500, forMs: 10, fault: kill('b') },
    ]);
    world.setTimer(() => stop.abort(), 100);
    await world.runUntil(100);
    await nemesis.done;
    expect(events).toEqual(['10 begin a', '100 end a']);
  });

  it('goes on when the end of a fault never comes', async () => {
    const world = new World(seededRandom(1));
    const endsNever = async () => () => new Promise<void>(() => {});
    const nemesis = startNemesis([{ atMs: 1, forMs: 1, fault: kill('a') }], endsNever, {
      clock: world,
      stopping: new AbortController().signal,
    });
    let isDone = false;
    nemesis.done.then(() => {
      isDone = true;
    });
    await world.runUntil(60_000);
    expect(isDone).toBe(true);
  });

  it('counts as kills what leaves no time to clean up', () => {
    const faults: Fault[] = [
      kill('a'),
      { kind: 'database-stop' },
      { kind: 'service-fault', process: 'a', effect: 'crash', ratio: 1 },
      { kind: 'service-fault', process: 'a', effect: 'error', ratio: 1 },
      { kind: 'stall', process: 'a' },
    ];
    const injected = faults.map((fault) => ({ at: 0, forMs: 1, fault }));
    expect(killsIn([...injected, { at: 0, forMs: 1, fault: kill('b'), missed: 'already down' }])).toBe(3);
  });
});
