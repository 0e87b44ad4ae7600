import { request } from 'node:http';
import { NotPossibleError } from '@ballast/supervisor';
import type { EmbeddedSystem } from '../embedded/embedded-system.ts';
import { maxRatePerSecond, type StatsReport } from '../load-generator/stats.ts';
import { nodeOf } from '../topology.ts';
import { getJson } from './get-json.ts';
import type { Command } from './keys.ts';

type Action = Exclude<Command, { do: 'quit' | 'introduce' }>;

async function changeLoad({ topology }: EmbeddedSystem, factor: number): Promise<void> {
  const { url } = nodeOf(topology, 'load-generator');
  const report = await getJson<StatsReport>(`${url}/stats`);
  const current = report?.stats.rate.ordersPerSecond ?? 0;
  const wanted = Math.min(maxRatePerSecond, Math.max(factor > 1 ? 1 : 0, Math.round(current * factor)));
  const put = request(`${url}/rate`, { method: 'PUT', headers: { 'content-type': 'application/json' } });
  put.once('error', () => {});
  put.end(JSON.stringify({ ordersPerSecond: wanted }));
}

async function failOver({ database, supervisor }: EmbeddedSystem): Promise<void> {
  if (!database) throw new NotPossibleError('there is no standby: start with --standby');
  await database.failOver((primary) => supervisor.kill(primary));
}

/** Does what a key asked for; throws NotPossibleError when that process is not there to be killed. */
export async function performCommand(system: EmbeddedSystem, command: Action): Promise<void> {
  if (command.do === 'kill') await system.supervisor.kill(command.name);
  else if (command.do === 'start') await system.supervisor.start(command.name);
  else if (command.do === 'fail-over') await failOver(system);
  else await changeLoad(system, command.do === 'more-load' ? 2 : 0.5);
}
