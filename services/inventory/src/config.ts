import { databaseEnv, serviceEnv, wholeNumber } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { z } from 'zod';

const dayMs = 86_400_000;

/** What inventory reads from its environment. */
export const configSchema = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    /** How long stock is held for an order that nobody confirms. */
    RESERVATION_TTL_MS: wholeNumber(100, 3_600_000).prefault('30000'),
    /** How often overdue reservations are looked for. */
    SWEEP_MS: wholeNumber(10, 3_600_000).prefault('1000'),
    /**
     * How long an ended reservation is remembered. Longer than anybody may still ask for it: an order that is pending,
     * a row of the outbox that is parked. What is forgotten is decided anew (90 days).
     */
    RESERVATION_KEEP_MS: wholeNumber(1000, 3660 * dayMs).prefault(`${90 * dayMs}`),
  })
  .refine(({ RESERVATION_KEEP_MS, RESERVATION_TTL_MS }) => RESERVATION_KEEP_MS >= RESERVATION_TTL_MS, {
    path: ['RESERVATION_KEEP_MS'],
    error:
      'expected at least RESERVATION_TTL_MS, since an ended reservation is asked for longer than a held one',
  });

/** Every flag inventory asks for, and its value where the flag file gives none. */
export const flagDefaults = protectionDefaults;

export type Config = z.output<typeof configSchema>;
