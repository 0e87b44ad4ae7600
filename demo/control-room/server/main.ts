// The control room alone, as in Compose: it finds the system by URLs and has no supervisor to ask for processes.
import { createLogger } from '@ballast/telemetry';
import { z } from 'zod';
import { type NodeName, nodeOf, type Topology, topologyAt } from '../../topology.ts';
import { startControlRoom } from './start.ts';

const hostAndPort = z.string().regex(/^[\w.-]+:\d+$/, 'expected name:port');
const config = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int(),
    PUBLIC_PORT: z.coerce.number().int().optional(),
    ORDERS_URL: z.url(),
    INVENTORY_URL: z.url(),
    RECOMMENDATION_URL: z.url(),
    LOAD_GENERATOR_URL: z.url(),
    POSTGRES_ADDRESS: hostAndPort,
    REDIS_ADDRESS: hostAndPort,
    CHAOS_TOKEN: z.string().min(16),
    FLAGS_FILE: z.string(),
    PICTURES_FOLDER: z.string(),
    JAEGER_URL: z.url().optional(),
  })
  .parse(process.env);

const urls: Partial<Record<NodeName, string>> = {
  orders: config.ORDERS_URL,
  inventory: config.INVENTORY_URL,
  recommendation: config.RECOMMENDATION_URL,
  'load-generator': config.LOAD_GENERATOR_URL,
};
const local = topologyAt();
const topology: Topology = {
  ...local,
  nodes: local.nodes.map((node) => ({ ...node, url: urls[node.name] ?? nodeOf(local, node.name).url })),
};

const logger = createLogger({ service: 'control-room' });
const room = await startControlRoom({
  topology,
  host: config.HOST,
  port: config.PORT,
  publicPort: config.PUBLIC_PORT,
  chaosToken: config.CHAOS_TOKEN,
  flagsFile: config.FLAGS_FILE,
  picturesFolder: config.PICTURES_FOLDER,
  probes: { postgres: config.POSTGRES_ADDRESS, redis: config.REDIS_ADDRESS },
  jaegerUrl: config.JAEGER_URL,
  logger,
});
logger.info({ url: room.url }, 'the control room is open');
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void room.close().then(() => process.exit(0)));
