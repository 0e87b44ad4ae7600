import type { ProcessStatus } from '@ballast/supervisor';
import type { EmbeddedSystem } from '../embedded/embedded-system.ts';
import type { StatsReport } from '../load-generator/stats.ts';
import { nodeOf, type SupervisedName } from '../topology.ts';
import { performCommand } from './commands.ts';
import { getJson } from './get-json.ts';
import { type Command, readKeys } from './keys.ts';
import { type Output, openOutput } from './output.ts';
import { introduction } from './screen.ts';
import { type BreakerReport, statusLine } from './status-line.ts';
import { bold, dim, green, red, yellow } from './style.ts';

export interface View {
  /** Orders can be placed: says so once and begins the status line, which changes each second. */
  ready(): void;
  say(text: string): void;
  stopping(): void;
  close(): void;
}

/** The system in a terminal: what runs, what happens, and keys to make something happen. */
export function openView(system: EmbeddedSystem, onQuit: () => void): View {
  const output = openOutput(process.stdout);
  const keys = process.stdin.isTTY && process.stdout.isTTY;
  let ticker: NodeJS.Timeout | undefined;
  const introduce = (): void => output.say(introduction(system, keys));

  const onCommand = (command: Command): void => {
    if (command.do === 'quit') onQuit();
    else if (command.do === 'introduce') introduce();
    else performCommand(system, command).catch((error: Error) => output.say(dim(error.message)));
  };
  const releaseKeys = keys ? readKeys(process.stdin, onCommand) : () => {};
  const unsubscribe = system.supervisor.onChange((status) =>
    announce(output, system, status, ticker !== undefined),
  );
  introduce();
  return {
    ready() {
      output.say(bold(`Ballast is ready: ${nodeOf(system.topology, 'control-room').url}`));
      ticker = setInterval(async () => output.status(await describe(system)), 1000);
    },
    say: output.say,
    stopping() {
      clearInterval(ticker);
      unsubscribe();
      output.status('');
      output.say('Stopping: orders in flight are finished first. Once more to force it.');
    },
    close: releaseKeys,
  };
}

async function describe({ topology, supervisor }: EmbeddedSystem): Promise<string> {
  const [report, resilience] = await Promise.all([
    getJson<StatsReport>(`${nodeOf(topology, 'load-generator').url}/stats`),
    getJson<BreakerReport>(`${nodeOf(topology, 'orders').url}/resilience`),
  ]);
  return statusLine({ at: new Date(), load: report?.stats, resilience, statuses: supervisor.status() });
}

/**
 * Says what happened to a process. A first start is left out; after an unexpected end the last lines of its log
 * follow.
 */
function announce(
  output: Output,
  { logs }: EmbeddedSystem,
  status: ProcessStatus<SupervisedName>,
  isReady: boolean,
): void {
  const { name } = status;
  if (status.state === 'up' && status.restarts > 0) output.say(green(`${name} is up again`));
  if (status.state === 'stalled')
    output.say(yellow(`${name} is stalled: it accepts connections and does not answer`));
  if (status.state !== 'down') return;
  output.say(red(`${name} is down: ${status.reason}`));
  if (!isReady || status.reason.includes('exit code'))
    for (const line of logs.tail(name, 5)) output.say(dim(`  ${name}: ${line}`));
}
