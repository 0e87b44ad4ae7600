import { bearerToken, databaseEnv, serviceEnv, urlOf, wholeNumber } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { z } from 'zod';

const dayMs = 86_400_000;

const settings = z.object({
  ...serviceEnv,
  ...databaseEnv,
  INVENTORY_URL: urlOf('http', 'https'),
  RECOMMENDATION_URL: urlOf('http', 'https'),
  REDIS_URL: urlOf('redis', 'rediss').optional(),
  /** Lets an operator see and requeue the parked rows of the outbox over HTTP; without it these routes do not exist. */
  OPERATOR_TOKEN: bearerToken.optional(),
  /** How long the first request with a key has for itself before the relay settles its order. */
  ORDER_LOCK_MS: wholeNumber(100, 600_000).prefault('5000'),
  /** How long keys and their answers are kept once their orders are settled. */
  IDEMPOTENCY_KEEP_MS: wholeNumber(1000, 31 * dayMs).prefault(`${dayMs}`),
  /** How long delivered outbox rows stay readable. */
  OUTBOX_KEEP_MS: wholeNumber(1000, 31 * dayMs).prefault(`${dayMs}`),
  /** How long orders are kept once they are settled; 0 keeps them for ever. */
  ORDER_KEEP_MS: wholeNumber(0, 36_500 * dayMs).prefault('0'),
  OUTBOX_POLL_MS: wholeNumber(10, 60_000).prefault('250'),
  CATALOGUE_REFRESH_MS: wholeNumber(10, 3_600_000).prefault('10000'),
  SWEEP_MS: wholeNumber(10, 3_600_000).prefault('30000'),
});

type Settings = z.output<typeof settings>;

/** What orders reads from its environment. Settings that contradict each other are rejected. */
export const configSchema = settings.superRefine((config, { addIssue }) => {
  const demandAtLeast = (name: keyof Settings, other: keyof Settings) => {
    if (Number(config[name]) >= Number(config[other])) return;
    const message = `expected at least ${other} (${config[other]})`;
    addIssue({ code: 'custom', path: [name], message });
  };
  // A request may be at work for this long, and its client waits this long before it repeats it.
  demandAtLeast('IDEMPOTENCY_KEEP_MS', 'ORDER_LOCK_MS');
  demandAtLeast('IDEMPOTENCY_KEEP_MS', 'DEADLINE_MAX_MS');
  if (config.ORDER_KEEP_MS === 0) return;
  // A key or a delivered row that outlives its order would tell of nothing.
  demandAtLeast('ORDER_KEEP_MS', 'IDEMPOTENCY_KEEP_MS');
  demandAtLeast('ORDER_KEEP_MS', 'OUTBOX_KEEP_MS');
});

/** Every flag orders asks for, and its value where the flag file gives none. */
export const flagDefaults = { ...protectionDefaults, 'feature.recommendations': true };

export type Config = z.output<typeof configSchema>;
