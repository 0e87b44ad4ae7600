import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@ballast/telemetry';
import { type ControlRoom, startControlRoom } from '../control-room/server/start.ts';
import { nodeOf } from '../topology.ts';
import type { System } from './system.ts';

/** Opens the control room in this process, with our own hands as its supervisor. Its log is a file like the others'. */
export function openControlRoom({
  topology,
  supervisor,
  chaosToken,
  flagsFile,
  folder,
  logs,
}: System): Promise<ControlRoom> {
  const destination = createWriteStream(join(logs.path, 'control-room.log'));
  return startControlRoom({
    topology,
    supervisor,
    chaosToken,
    flagsFile,
    port: nodeOf(topology, 'control-room').port,
    picturesFolder: join(folder, 'pictures'),
    jaegerUrl: process.env.JAEGER_URL,
    logger: createLogger({ service: 'control-room', destination }),
  });
}
