import { describe, expect, it } from 'vitest';
import { chaosDefaults, readChaosOptions, titleOf, usage } from './run-options.ts';

describe('the command line', () => {
  it('needs nothing, and makes up a seed that it can repeat', () => {
    const options = readChaosOptions([]);
    expect(options).toMatchObject(chaosDefaults);
    expect(readChaosOptions(['--seed', String(options?.seed)])).toEqual(options);
  });

  it('takes every option that its help names', () => {
    const named = [...usage.matchAll(/^ {2}--([a-z-]+) <n>/gm)].map(([, name]) => name);
    const args = named.flatMap((name) => [`--${name}`, name === 'port-base' ? '5000' : '2']);
    expect(readChaosOptions(args)).toEqual({
      minutes: 2,
      seed: 2,
      replicas: 2,
      rate: 2,
      restarts: 2,
      without: [],
      portBase: 5000,
    });
  });

  it('switches off what it is told to', () => {
    const options = readChaosOptions(['--without', 'breaker, retry-budget']);
    expect(options?.without).toEqual(['breaker', 'retry-budget']);
  });

  it('prints the command that repeats the run', () => {
    const options = { minutes: 3, seed: 9, replicas: 2, rate: 10, restarts: 0, without: [], portBase: 4100 };
    expect(titleOf(options)).toBe('pnpm chaos --minutes 3 --seed 9 --replicas 2 --rate 10');
    expect(titleOf({ ...options, restarts: 50 })).toContain('--restarts 50');
    expect(titleOf({ ...options, without: ['breaker', 'cache'] })).toContain('--without breaker,cache');
  });

  it.each([
    [['--minutes', 'many'], '--minutes takes a number from 0.1 to 10000, not "many"'],
    [['--minutes', ''], '--minutes takes a number'],
    [['--replicas', '9'], '--replicas takes a number from 1 to 3, not "9"'],
    [['--seed', '1.5'], '--seed takes a whole number, not "1.5"'],
    [['--without', 'breaker,seatbelt'], '--without takes breaker, bulkhead, '],
    [['--loud'], 'Unknown option'],
  ])('refuses %j', (args, message) => {
    expect(() => readChaosOptions(args)).toThrow(message);
  });

  it('has nothing to run when help is wanted', () => {
    expect(readChaosOptions(['--help'])).toBeUndefined();
  });
});
