import { runMigrations } from '@ballast/service-kit';
import { migrations } from './db/migrations/index.ts';

// Run once by a deployment, before replicas that start with MIGRATIONS=await.
await runMigrations('recommendation', migrations);
