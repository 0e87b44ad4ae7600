import { commandOf, parentOf } from './process-table.ts';

/** By its title, or as a script of Node; not a shell that only mentions one. */
const packageManager = /^(\S*\/)?(npm|npx|pnpm)\b|^\S*node\S* \S*\b(npm|npx|pnpm)\b/;
const checkEveryMs = 1000;

/** The processes between `pid` and whoever typed the command: `npx`, its shell, `pnpm`, its shell. */
export function launchersOf(pid: number): number[] {
  const ancestors: number[] = [];
  for (let above = parentOf(pid); above > 1; above = parentOf(above)) ancestors.push(above);
  const outermost = ancestors.findLastIndex((ancestor) => packageManager.test(commandOf(ancestor)));
  return ancestors.slice(0, outermost + 1);
}

/**
 * Calls back when one of them is gone. A signal sent to `npx` alone ends it and its shell, and neither passes it on: the
 * one who pressed stop would be left with a system that runs on.
 */
export function whenLauncherIsGone(callback: () => void): void {
  // Set by every package manager for its scripts; without it we were started by hand, and nobody is watched.
  if (!process.env.npm_lifecycle_event) return;
  const launchers = launchersOf(process.pid);
  const timer = setInterval(() => {
    // A zombie has no command either.
    if (launchers.every((pid) => commandOf(pid) !== '')) return;
    clearInterval(timer);
    callback();
  }, checkEveryMs);
  timer.unref();
}
