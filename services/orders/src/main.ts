import { openFlags } from '@ballast/flags';
import { runService } from '@ballast/service-kit';
import { createOrders } from './app.ts';
import { configSchema, flagDefaults } from './config.ts';
import { migrations } from './db/migrations/index.ts';

await runService({
  name: 'orders',
  configSchema,
  migrations,
  openFlags: (options) => openFlags({ ...options, defaults: flagDefaults }),
  create: createOrders,
});
