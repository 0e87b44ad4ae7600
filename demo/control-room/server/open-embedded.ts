import { join } from 'node:path';
import { createLogger } from '@ballast/telemetry';
import type { EmbeddedSystem } from '../../embedded/embedded-system.ts';
import { nodeOf } from '../../topology.ts';
import { type ControlRoom, startControlRoom } from './start.ts';

/** Opens the control room in the process of the embedded system's supervisor. Its log is a file like the others'. */
export function openEmbeddedControlRoom({
  topology,
  supervisor,
  chaosToken,
  flagsFile,
  folder,
  logs,
}: EmbeddedSystem): Promise<ControlRoom> {
  return startControlRoom({
    topology,
    supervisor,
    chaosToken,
    flagsFile,
    port: nodeOf(topology, 'control-room').port,
    picturesFolder: join(folder, 'pictures'),
    jaegerUrl: process.env.JAEGER_URL,
    logger: createLogger({ service: 'control-room', destination: join(logs.path, 'control-room.log') }),
  });
}
