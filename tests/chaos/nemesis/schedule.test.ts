import { describe, expect, it } from 'vitest';
import { classOf, describeFault, faultClasses } from './fault.ts';
import { scheduleFaults, targetOf } from './schedule.ts';

const targets = {
  services: ['orders-1', 'inventory-1', 'recommendation-1'],
  caches: ['redis'],
  edges: ['orders -> recommendation', 'a -> c'],
};
const hour = (seed: number) => scheduleFaults({ seed, minutes: 60, targets });

describe('the schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(hour(7)).toEqual(hour(7));
    expect(hour(8)).not.toEqual(hour(7));
  });

  it('has ended every fault when the run ends', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const faults = scheduleFaults({ seed, minutes: 1, targets });
      expect(faults.every(({ atMs, forMs }) => atMs + forMs <= 60_000)).toBe(true);
    }
  });

  it('gives a target one fault at a time', () => {
    const perTarget = Map.groupBy(hour(3), ({ fault }) => targetOf(fault));
    for (const faults of perTarget.values()) {
      faults.forEach(({ atMs }, index) => {
        const before = faults[index - 1];
        if (before) expect(atMs).toBeGreaterThanOrEqual(before.atMs + before.forMs);
      });
    }
  });

  it('kills every process, often', () => {
    const count = Map.groupBy(hour(1), ({ fault }) => fault.kind);
    expect(count.get('kill')?.length).toBeGreaterThan(300);
    const names = new Set(hour(1).map(({ fault }) => describeFault(fault)));
    for (const process of [...targets.services, ...targets.caches])
      expect(names).toContain(`kill ${process}`);
  });

  it.each([0.5, 1, 3])('has every class of faults in a run of %d minutes, whatever the seed', (minutes) => {
    for (let seed = 0; seed < 100; seed += 1) {
      const classes = new Set(scheduleFaults({ seed, minutes, targets }).map(({ fault }) => classOf(fault)));
      expect(faultClasses.filter((name) => !classes.has(name))).toEqual([]);
    }
  });
});
