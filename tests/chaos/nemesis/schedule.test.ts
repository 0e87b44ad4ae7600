import { describe, expect, it } from 'vitest';
import { describeFault } from './fault.ts';
import { scheduleFaults } from './schedule.ts';

const targets = {
  services: ['orders-1', 'inventory-1', 'recommendation-1'],
  caches: ['redis'],
  edges: ['a -> b', 'a -> c'],
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
    const perTarget = Map.groupBy(hour(3), ({ fault }) =>
      JSON.stringify('edge' in fault ? fault.edge : 'process' in fault && fault.process),
    );
    for (const faults of perTarget.values()) {
      faults.forEach(({ atMs }, index) => {
        const before = faults[index - 1];
        if (before) expect(atMs).toBeGreaterThanOrEqual(before.atMs + before.forMs);
      });
    }
  });

  it('kills every process, often, and uses every other kind of fault', () => {
    const count = Map.groupBy(hour(1), ({ fault }) => fault.kind);
    expect(count.get('kill')?.length).toBeGreaterThan(300);
    const names = new Set(hour(1).map(({ fault }) => describeFault(fault)));
    for (const process of [...targets.services, ...targets.caches])
      expect(names).toContain(`kill ${process}`);
    expect([...count.keys()].sort()).toEqual([
      'database-stop',
      'kill',
      'partition',
      'service-fault',
      'stall',
      'toxic',
    ]);
  });
});
