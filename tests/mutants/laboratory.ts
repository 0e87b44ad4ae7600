import { systemClock } from '@ballast/resilience/primitives';
import { runChaos, runSimulation } from './checked-runs.ts';
import { compileErrors } from './compile.ts';
import type { Laboratory } from './judge.ts';
import type { Catcher, Mutant } from './mutant.ts';
import type { Outcome } from './outcome.ts';
import { runUnitTest } from './unit-test.ts';
import { openWorkspace } from './workspace.ts';

/** The services in a workspace of their own, and the real instruments. */
export function openLaboratory(): Laboratory & { close(): void } {
  const workspace = openWorkspace();
  const { folder } = workspace;

  function run(catcher: Catcher): Promise<Outcome> {
    if (catcher.instrument === 'unit') return runUnitTest(folder, catcher);
    return catcher.instrument === 'simulation' ? runSimulation(folder) : runChaos(folder);
  }

  return {
    read: workspace.read,
    plant: workspace.plant,
    run,
    now: systemClock.now,
    close: workspace.close,
    async compileErrors(mutants: readonly Mutant[]) {
      // Not in the same one: the tests would find sources that nothing belongs to.
      const other = openWorkspace();
      try {
        return await compileErrors(other, mutants);
      } finally {
        other.close();
      }
    },
  };
}
