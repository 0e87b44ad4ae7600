import { parseConfig } from '@ballast/service-kit';
import { createLogger } from '@ballast/telemetry';
import { type NodeName, topologyAt } from '../../topology.ts';
import { roomConfig } from './config.ts';
import { startControlRoom } from './start.ts';

const config = parseConfig(roomConfig);
const urls: Partial<Record<NodeName, string>> = {
  orders: config.ORDERS_URL,
  inventory: config.INVENTORY_URL,
  recommendation: config.RECOMMENDATION_URL,
  'load-generator': config.LOAD_GENERATOR_URL,
};
const layout = topologyAt();
const room = await startControlRoom({
  topology: { ...layout, nodes: layout.nodes.map((node) => ({ ...node, url: urls[node.name] ?? node.url })) },
  host: config.HOST,
  port: config.PORT,
  publicPort: config.PUBLIC_PORT,
  chaosToken: config.CHAOS_TOKEN,
  flagsFile: config.FLAGS_FILE,
  picturesFolder: config.PICTURES_FOLDER,
  jaegerUrl: config.JAEGER_URL,
  probes: { postgres: config.POSTGRES_ADDRESS, redis: config.REDIS_ADDRESS },
  logger: createLogger({ service: 'control-room', level: config.LOG_LEVEL }),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void room.close().then(() => process.exit(0)));
