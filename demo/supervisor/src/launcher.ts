import { commandOf, parentOf } from './process-table.ts';

/** By its title, or as a script of Node; not a shell that only mentions one. */
const packageManager = /^(\S*\/)?(npm|npx|pnpm)\b|^\S*node\S* \S*\b(npm|npx|pnpm)\b/;
const checkEveryMs = 1000;

/** The processes between `pid` and the shell in which the command was typed: `npx`, its shell, `pnpm`, its shell. */
export function launchersOf(pid: number): number[] {
  const ancestors: number[] = [];
  for (let above = parentOf(pid); above > 1; above = parentOf(above)) ancestors.push(above);
  const outermost = ancestors.findLastIndex((ancestor) => packageManager.test(commandOf(ancestor)));
  return ancestors.slice(0, outermost + 1);
}

/**
 * Calls back when one of them is gone. A signal sent to `npx` alone ends it and its shell, and neither passes it on, so
 * that the system would run on after the user stopped it.
 */
export function whenLauncherIsGone(callback: () => void): void {
  // Every package manager sets it for its scripts; without it there is no launcher to watch.
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
