import { BadOptionError } from './command-line.ts';
import { type RunOptions, readRunOptions, usage } from './run-options.ts';
import { whenLauncherIsGone } from './supervisor/launcher.ts';
import { openSystem, type System } from './supervisor/system.ts';
import { openView, type View } from './terminal/view.ts';
import { topologyAt } from './topology.ts';

const stopGraceMs = 5000;

/** A Ctrl-C reaches us from the terminal and again from the package manager: that is one wish. */
const sameWishMs = 500;

/** Resolves when somebody wants the run to end; a second wish does not wait any longer. */
function untilToldToStop(): { told: Promise<void>; stop: () => void } {
  const { promise: told, resolve } = Promise.withResolvers<void>();
  let firstWishMs = 0;
  const stop = (): void => {
    firstWishMs ||= performance.now();
    // Leaving without a word closes the guardian's pipe: it ends every process by force.
    if (performance.now() - firstWishMs > sameWishMs) process.exit(130);
    resolve();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.stdout.on('error', () => resolve());
  whenLauncherIsGone(resolve);
  return { told, stop };
}

/** Its code is loaded while the services start, as they are what everybody waits for; without it the rest still runs. */
async function openRoom(system: System, view: View): Promise<void> {
  try {
    const { openControlRoom } = await import('./supervisor/control-room.ts');
    await openControlRoom(system);
  } catch (error) {
    view.say(`There is no control room: ${(error as Error).message}`);
  }
}

async function run(options: RunOptions): Promise<void> {
  const { told, stop } = untilToldToStop();
  const system = await openSystem(topologyAt(options.portBase), options);
  const view = openView(system, stop);
  const started = Promise.all([system.start(), openRoom(system, view)]).then(() => view.ready());
  try {
    await Promise.race([told, started.then(() => told)]);
  } finally {
    view.stopping();
    await system.stop(stopGraceMs);
    view.close();
  }
}

function options(): RunOptions {
  const chosen = readRunOptions(process.argv.slice(2));
  if (chosen.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  return chosen;
}

try {
  await run(options());
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(error instanceof BadOptionError ? 2 : 1);
}
