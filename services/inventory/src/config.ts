import { databaseEnv, serviceEnv, wholeNumber } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { z } from 'zod';

/** What inventory reads from its environment. */
export const configSchema = z.object({
  ...serviceEnv,
  ...databaseEnv,
  /** How long stock is held for an order that nobody confirms. */
  RESERVATION_TTL_MS: wholeNumber(100, 3_600_000).prefault('30000'),
  /** How often overdue reservations are looked for. */
  SWEEP_MS: wholeNumber(10, 3_600_000).prefault('1000'),
});

/** Every flag inventory asks for, and its value where the flag file gives none. */
export const flagDefaults = protectionDefaults;

export type Config = z.output<typeof configSchema>;
