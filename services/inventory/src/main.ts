import { openFlags } from '@ballast/flags';
import { openDatabase, parseConfig, startService } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { createLogger } from '@ballast/telemetry';
import { createInventory } from './app.ts';
import { configSchema } from './config.ts';
import { migrations } from './db/migrations/index.ts';

const name = 'inventory';
const config = parseConfig(configSchema);
const logger = createLogger({ service: name, level: config.LOG_LEVEL });
const flags = openFlags({ file: config.FLAGS_FILE, defaults: protectionDefaults, logger });
const database = await openDatabase({
  name,
  url: config.DATABASE_URL,
  maxConnections: config.DATABASE_POOL_MAX,
  migrations,
  migrating: config.MIGRATIONS,
  logger,
});
const inventory = createInventory({ config, database, flags, logger });
await startService({ name, config, logger, ...inventory });
