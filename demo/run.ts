import { whenLauncherIsGone } from '@ballast/supervisor';
import { BadOptionError } from './command-line.ts';
import { type EmbeddedSystem, openEmbeddedSystem } from './embedded/embedded-system.ts';
import { type RunOptions, readRunOptions, usage } from './run-options.ts';
import { openView, type View } from './terminal/view.ts';
import { topologyAt } from './topology.ts';

const stopGraceMs = 5000;

/** One Ctrl-C arrives twice, from the terminal and from the package manager; within this time it counts once. */
const sameSignalMs = 500;

/** Resolves when the run is asked to end; asked a second time, it ends at once. */
function stopRequest(): { requested: Promise<void>; stop: () => void } {
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  let firstRequestMs = 0;
  const stop = (): void => {
    firstRequestMs ||= performance.now();
    // Exiting without stopping closes the guardian's pipe, and the guardian ends every process by force.
    if (performance.now() - firstRequestMs > sameSignalMs) process.exit(130);
    resolve();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.stdout.on('error', () => resolve());
  whenLauncherIsGone(resolve);
  return { requested, stop };
}

/** Loads its code while the services start, so that it delays none of them; when it fails, the rest still runs. */
async function openRoom(system: EmbeddedSystem, view: View): Promise<void> {
  try {
    const { openEmbeddedControlRoom } = await import('./control-room/server/open-embedded.ts');
    await openEmbeddedControlRoom(system);
  } catch (error) {
    view.say(`There is no control room: ${(error as Error).message}`);
  }
}

async function run(options: RunOptions): Promise<void> {
  const { requested, stop } = stopRequest();
  const system = await openEmbeddedSystem(topologyAt(options.portBase, options), options);
  const view = openView(system, stop);
  const started = Promise.all([system.start(), openRoom(system, view)]).then(() => view.ready());
  try {
    await Promise.race([requested, started.then(() => requested)]);
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
