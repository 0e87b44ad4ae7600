import { join } from 'node:path';
import { type Mutant, mutated, serviceOf } from './mutant.ts';
import { installed, runProgram } from './program.ts';
import type { Workspace } from './workspace.ts';

/**
 * The mutants that do not compile, with the first error of each. All are written beside the sources they stand for and
 * compiled at once, since every run of the compiler costs seconds.
 */
export async function compileErrors(
  workspace: Workspace,
  mutants: readonly Mutant[],
): Promise<ReadonlyMap<string, string>> {
  const errors = new Map<string, string>();
  for (const mutant of mutants) {
    for (const [file, text] of mutated(mutant, workspace.read))
      workspace.add(file.replace(/\.ts$/, `.mutant-${mutant.id}.ts`), text);
  }
  for (const service of new Set(mutants.map(serviceOf))) {
    const cwd = join(workspace.folder, service);
    const run = await runProgram([installed(workspace.folder, 'tsc'), '-p', '.', '--pretty', 'false'], {
      cwd,
      withinMs: 120_000,
    });
    for (const [, file, message] of run.output.matchAll(/^(\S+?)\(\d+,\d+\): error (.*)$/gm)) {
      const id = /\.mutant-(.+)\.ts$/.exec(file as string)?.[1];
      if (id !== undefined && !errors.has(id)) errors.set(id, message as string);
    }
  }
  return errors;
}
