import { parseArgs } from 'node:util';
import { openDatabase, parseConfig } from '@ballast/service-kit';
import { reconcileSchema } from './config.ts';
import { migrations } from './db/migrations/index.ts';
import { reconcile } from './reconciler.ts';

const exitCodes = { agreed: 0, differences: 1, failed: 2 };

// Run by an operator: compares orders with inventory, and with --mend mends what it can.
const { values } = parseArgs({ options: { mend: { type: 'boolean', default: false } } });
const config = parseConfig(reconcileSchema);
try {
  const database = await openDatabase({
    name: 'orders-reconcile',
    url: config.DATABASE_URL,
    migrations,
    migrating: 'await',
    maxConnections: 2,
  });
  const left = await reconcile({ config, database, isMending: values.mend, write: console.log });
  await database.close();
  process.exitCode = left === 0 ? exitCodes.agreed : exitCodes.differences;
} catch (error) {
  console.error(`could not compare the books: ${error instanceof Error ? error.message : error}`);
  process.exit(exitCodes.failed);
}
