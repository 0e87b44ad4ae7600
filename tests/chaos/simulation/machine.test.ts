import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { sleep } from '../sleep.ts';
import type { Link } from './link.ts';
import { Machine } from './machine.ts';
import { type MessageFault, MessageFaults } from './messages.ts';
import { World } from './world.ts';

const sound: Link = {
  minDelayMs: 1,
  maxDelayMs: 1,
  lossRatio: 0,
  duplicateRatio: 0,
  lateRatio: 0,
  lateMs: 200,
  timeoutMs: 100,
};

function pair(given?: readonly MessageFault[]) {
  const faults = new MessageFaults(seededRandom(2), { given, keepsSent: true });
  const world = new World(seededRandom(1), faults);
  const [caller, target] = [new Machine(world, 'caller'), new Machine(world, 'target')];
  const call = <T>(act: () => Promise<T>, link = sound) =>
    caller.process.call(target, link, act, { what: 'act' });
  return { world, caller, target, call };
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
    const { world, call } = pair();
    let answered = 0;
    call(async () => 'yes').then(() => {
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
    const { world, call } = pair();
    let happened = 0;
    let result = '';
    const act = async () => {
      happened += 1;
      return 'yes';
    };
    call(act, { ...sound, ...trouble }).then(
      (value) => (result = value),
      (error: Error) => (result = error.message),
    );
    await world.runUntil(10_000);
    expect(happened).toBe(times);
    expect(result).toContain(outcome);
  });

  it('is refused by a machine that is down', async () => {
    const { world, target, call } = pair();
    target.crash();
    const refused = expect(call(async () => 'yes')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await world.runUntil(1000);
    await refused;
  });

  it('ends for the caller when its signal is aborted, and the receiver learns of it', async () => {
    const { world, caller, target } = pair();
    const controller = new AbortController();
    let hungUpAt = 0;
    const act = (hungUp: AbortSignal) => {
      hungUp.addEventListener('abort', () => {
        hungUpAt = world.now();
      });
      return sleep(target.process, 50);
    };
    const { signal } = controller;
    const ended = expect(caller.process.call(target, sound, act, { what: 'act', signal })).rejects.toThrow(
      'enough',
    );
    world.setTimer(() => controller.abort(new Error('enough')), 10);
    await world.runUntil(1000);
    await ended;
    expect(hungUpAt).toBe(11);
  });
});

describe('a fault of one message', () => {
  const name = 'caller -> target: act #2';
  it.each([
    ['request lost', 1, 'ETIMEDOUT', true],
    ['answer lost', 2, 'ETIMEDOUT', true],
    ['duplicated', 3, 'yes', true],
    ['request late', 2, 'ETIMEDOUT', true],
    ['answer late', 2, 'ETIMEDOUT', true],
    ['caller dies', 2, '', true],
    ['receiver dies', 2, 'ECONNRESET', false],
  ] as const)('hits that message and no other: %s', async (kind, times, outcome, targetLives) => {
    const { world, target, call } = pair([{ message: name, kind }]);
    let happened = 0;
    const act = async () => {
      happened += 1;
      return 'yes';
    };
    const first = call(act);
    await world.runUntil(10);
    let result = '';
    call(act).then(
      (value) => (result = value),
      (error: { code: string }) => (result = error.code),
    );
    await world.runUntil(12.5);
    expect(target.up).toBe(targetLives);
    await world.runUntil(1000);
    expect({ first: await first, happened, result }).toEqual({
      first: 'yes',
      happened: times,
      result: outcome,
    });
  });
});

describe('a crash', () => {
  it('stops code that waits, and never resumes it', async () => {
    const { world, caller } = pair();
    const steps: string[] = [];
    (async () => {
      steps.push('before');
      await sleep(caller.process, 10);
      steps.push('after');
    })();
    world.setTimer(() => caller.crash(), 5);
    world.setTimer(() => caller.start(), 6);
    await world.runUntil(1000);
    expect(steps).toEqual(['before']);
  });

  it('does not stop a message that was sent', async () => {
    const { world, caller, call } = pair();
    let happened = false;
    let answered = false;
    call(async () => {
      happened = true;
    }).then(() => (answered = true));
    caller.crash();
    await world.runUntil(1000);
    expect({ happened, answered }).toEqual({ happened: true, answered: false });
  });

  it('lets nothing be sent by what is left of its code', async () => {
    const { world, caller, target } = pair();
    const { process } = caller;
    caller.crash();
    caller.start();
    let happened = false;
    const act = async () => {
      happened = true;
    };
    process.call(target, sound, act, { what: 'act' });
    await world.runUntil(1000);
    expect(happened).toBe(false);
  });

  it('resets the calls that the machine was serving', async () => {
    const { world, target, call } = pair();
    const reset = expect(call(() => sleep(target.process, 50))).rejects.toThrow('target died');
    world.setTimer(() => target.crash(), 10);
    await world.runUntil(1000);
    await reset;
  });

  it('boots again at the start', () => {
    const { world } = pair();
    let boots = 0;
    const machine = new Machine(world, 'machine', () => {
      boots += 1;
    });
    machine.crash();
    machine.start();
    machine.start();
    expect(boots).toBe(1);
  });
});

describe('a stall', () => {
  it('makes late what was due meanwhile, here and for those who ask', async () => {
    const { world, caller, target, call } = pair();
    let firedAt = 0;
    target.process.setTimer(() => {
      firedAt = world.now();
    }, 10);
    let answeredAt = 0;
    call(async () => {}).then(() => {
      answeredAt = world.now();
    });
    target.stall(50);
    await world.runUntil(1000);
    expect({ firedAt, answeredAt }).toEqual({ firedAt: 50, answeredAt: 51 });
    expect(caller.stalledMs).toBe(0);
  });
});

describe('the clock of a machine', () => {
  it('may jump, without its timers and durations', async () => {
    const { world, caller } = pair();
    caller.jumpClock(-1000);
    let firedAt = 0;
    caller.process.setTimer(() => {
      firedAt = caller.process.now();
    }, 10);
    await world.runUntil(100);
    expect({ firedAt, wall: caller.process.wallClock.now() }).toEqual({ firedAt: 10, wall: -900 });
  });
});
