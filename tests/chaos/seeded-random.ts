/** Numbers that are the same for the same seed, so that a run that failed can be run again. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both possible. */
  integer(min: number, max: number): number;
  chance(ratio: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** An independent source: what one part draws never moves the numbers of another. */
  fork(label: string): SeededRandom;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;

  function next(): number {
    // mulberry32: 32 bits of state, passes gjrand; plenty for choosing faults.
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function integer(min: number, max: number): number {
    return min + Math.floor(next() * (max - min + 1));
  }

  function pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick needs at least one item');
    return items[integer(0, items.length - 1)] as T;
  }

  return {
    next,
    integer,
    pick,
    chance: (ratio) => next() < ratio,
    fork: (label) => seededRandom(hash(`${seed}:${label}`)),
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 0x01_00_01_93);
  return value >>> 0;
}
