import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { sleep } from '../sleep.ts';
import { type Link, Machine } from './machine.ts';
import { World } from './world.ts';

const sound: Link = {
  minDelayMs: 1,
  maxDelayMs: 1,
  lossRatio: 0,
  duplicateRatio: 0,
  lateRatio: 0,
  timeoutMs: 100,
};

function pair() {
  const world = new World(seededRandom(1));
  return { world, caller: new Machine(world, 'caller'), target: new Machine(world, 'target') };
}

describe('the world', () => {
  it('runs events in order of time, whatever the order they were set in', async () => {
    const random = seededRandom(5);
    const world = new World(random);
    const seen: number[] = [];
    for (let event = 0; event < 500; event += 1)
      world.setTimer(() => seen.push(world.now()), random.integer(0, 200));
    await world.runUntil(200);
    expect(seen).toHaveLength(500);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('lets what follows from one event finish before the next', async () => {
    const { world } = pair();
    const seen: string[] = [];
    world.setTimer(async () => {
      for (const step of ['a', 'b', 'c']) await Promise.resolve().then(() => seen.push(step));
    }, 1);
    world.setTimer(() => seen.push('next'), 1.5);
    await world.runUntil(2);
    expect(seen).toEqual(['a', 'b', 'c', 'next']);
  });
});

describe('a call between machines', () => {
  it('takes time both ways', async () => {
    const { world, caller, target } = pair();
    let answered = 0;
    caller
      .call(target, sound, async () => 'yes')
      .then(() => {
        answered = world.now();
      });
    await world.runUntil(1000);
    expect(answered).toBe(2);
  });

  it.each([
    ['is lost', { lossRatio: 1 }, 0, 'timeout'],
    ['comes late, and happens all the same', { lateRatio: 1 }, 1, 'timeout'],
    ['is doubled, and happens twice', { duplicateRatio: 1 }, 2, 'yes'],
  ])('%s', async (_title, trouble, times, outcome) => {
    const { world, caller, target } = pair();
    let happened = 0;
    let result = '';
    const act = async () => {
      happened += 1;
      return 'yes';
    };
    caller.call(target, { ...sound, ...trouble }, act).then(
      (value) => (result = value),
      (error: Error) => (result = error.message),
    );
    await world.runUntil(10_000);
    expect(happened).toBe(times);
    expect(result).toContain(outcome);
  });

  it('is refused by a machine that is down', async () => {
    const { world, caller, target } = pair();
    target.crash();
    const refused = expect(caller.call(target, sound, async () => 'yes')).rejects.toThrow('refused');
    await world.runUntil(1000);
    await refused;
  });
});

describe('a crash', () => {
  it('stops code that waits, and never resumes it', async () => {
    const { world, caller } = pair();
    const steps: string[] = [];
    (async () => {
      steps.push('before');
      await sleep(caller, 10);
      steps.push('after');
    })();
    world.setTimer(() => caller.crash(), 5);
    world.setTimer(() => caller.start(), 6);
    await world.runUntil(1000);
    expect(steps).toEqual(['before']);
  });

  it('does not stop a message that was sent', async () => {
    const { world, caller, target } = pair();
    let happened = false;
    let answered = false;
    const call = caller.call(target, sound, async () => {
      happened = true;
    });
    call.then(() => (answered = true));
    caller.crash();
    await world.runUntil(1000);
    expect({ happened, answered }).toEqual({ happened: true, answered: false });
  });

  it('resets the calls that the machine was serving', async () => {
    const { world, caller, target } = pair();
    const reset = expect(caller.call(target, sound, () => sleep(target, 50))).rejects.toThrow('target died');
    world.setTimer(() => target.crash(), 10);
    await world.runUntil(1000);
    await reset;
  });

  it('boots again at the start', () => {
    const { world } = pair();
    let boots = 0;
    const machine = new Machine(world, 'service', () => (boots += 1));
    machine.crash();
    machine.start();
    machine.start();
    expect(boots).toBe(1);
  });
});
