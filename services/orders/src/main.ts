import { openFlags } from '@ballast/flags';
import { openDatabase, parseConfig, startService } from '@ballast/service-kit';
import { createLogger } from '@ballast/telemetry';
import { createOrders } from './app.ts';
import { configSchema, flagDefaults } from './config.ts';
import { migrations } from './db/migrations/index.ts';

const name = 'orders';
const config = parseConfig(configSchema);
const logger = createLogger({ service: name, level: config.LOG_LEVEL });
const flags = openFlags({ file: config.FLAGS_FILE, defaults: flagDefaults, logger });
const database = await openDatabase({
  name,
  url: config.DATABASE_URL,
  maxConnections: config.DATABASE_POOL_MAX,
  migrations,
  migrating: config.MIGRATIONS,
  logger,
});
const orders = await createOrders({ config, database, flags, logger });
await startService({ name, config, logger, ...orders });
