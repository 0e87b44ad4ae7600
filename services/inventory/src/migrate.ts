import { databaseEnv, migrate, parseConfig } from '@ballast/service-kit';
import { createLogger } from '@ballast/telemetry';
import { z } from 'zod';
import { migrations } from './db/migrations/index.ts';

// Run once by a deployment, before replicas that start with MIGRATIONS=await.
const { DATABASE_URL: url } = parseConfig(z.object(databaseEnv));
await migrate({ name: 'inventory', url, migrations, logger: createLogger({ service: 'inventory' }) });
