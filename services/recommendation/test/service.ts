import { openFlags } from '@ballast/flags';
import { createTestDatabase, startTestService } from '@ballast/service-kit/testing';
import type {} from '@ballast/service-kit/testing-setup';
import { inject } from 'vitest';
import { createRecommendation } from '../src/app.ts';
import { configSchema, flagDefaults } from '../src/config.ts';
import { migrations } from '../src/db/migrations/index.ts';

// These tests are not about load shedding.
const unshed = { ...flagDefaults, 'protection.shedding': false };

/** The whole service on a free port with a database of its own. */
export async function startRecommendation(env: Record<string, string> = {}) {
  return startTestService({
    name: 'recommendation',
    configSchema,
    migrations,
    env: {
      DATABASE_URL: await createTestDatabase(inject('databaseServerUrl')),
      COUNT_MS: '3600000',
      ...env,
    },
    flags: openFlags({ defaults: unshed }),
    create: createRecommendation,
  });
}

export type Recommendation = Awaited<ReturnType<typeof startRecommendation>>;
