import { bearerToken, databaseEnv, serviceEnv, urlOf, wholeNumber } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { z } from 'zod';

/** What orders reads from its environment. */
export const configSchema = z.object({
  ...serviceEnv,
  ...databaseEnv,
  INVENTORY_URL: urlOf('http', 'https'),
  RECOMMENDATION_URL: urlOf('http', 'https'),
  REDIS_URL: urlOf('redis', 'rediss').optional(),
  /** Lets an operator see and requeue the parked rows of the outbox over HTTP; without it these routes do not exist. */
  OPERATOR_TOKEN: bearerToken.optional(),
  /** How long the first request with a key has for itself before the relay settles its order. */
  ORDER_LOCK_MS: wholeNumber(100, 600_000).prefault('5000'),
  /** How long keys and their answers are kept. */
  IDEMPOTENCY_KEEP_MS: wholeNumber(1000, 31 * 86_400_000).prefault(`${24 * 3_600_000}`),
  /** How long delivered outbox rows stay readable. */
  OUTBOX_KEEP_MS: wholeNumber(1000, 31 * 86_400_000).prefault(`${24 * 3_600_000}`),
  OUTBOX_POLL_MS: wholeNumber(10, 60_000).prefault('250'),
  CATALOGUE_REFRESH_MS: wholeNumber(10, 3_600_000).prefault('10000'),
  SWEEP_MS: wholeNumber(10, 3_600_000).prefault('30000'),
});

/** Every flag orders asks for, and its value where the flag file gives none. */
export const flagDefaults = { ...protectionDefaults, 'feature.recommendations': true };

export type Config = z.output<typeof configSchema>;
