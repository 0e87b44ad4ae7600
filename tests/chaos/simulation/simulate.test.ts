import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';

describe('simulation', () => {
  it('is the same for the same seed', async () => {
    const [one, other] = [await simulate(42), await simulate(42)];
    expect(one.history.length).toBeGreaterThan(20);
    expect(other.history).toEqual(one.history);
  });
  it('holds', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const { broken, events } = await simulate(seed);
      if (broken.length > 0)
        console.log(
          seed,
          events,
          broken.map(({ id, violations }) => `${id} ${violations[0]}`),
        );
    }
  });
});
