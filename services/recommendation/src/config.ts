import { databaseEnv, serviceEnv, wholeNumber } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { z } from 'zod';

const dayMs = 86_400_000;

/** What recommendation reads from its environment. */
export const configSchema = z
  .object({
    ...serviceEnv,
    ...databaseEnv,
    /** How often new purchases are folded into the counts. */
    COUNT_MS: wholeNumber(10, 3_600_000).prefault('1000'),
    /** How often the backlog is reported and what is past its time is looked for. */
    SWEEP_MS: wholeNumber(10, 3_600_000).prefault('30000'),
    /**
     * How long a purchase that is counted is remembered. Longer than orders may announce it again: what is forgotten is
     * counted anew (400 days).
     */
    PURCHASE_KEEP_MS: wholeNumber(1000, 3660 * dayMs).prefault(`${400 * dayMs}`),
  })
  .refine(({ PURCHASE_KEEP_MS, COUNT_MS }) => PURCHASE_KEEP_MS >= COUNT_MS, {
    path: ['PURCHASE_KEEP_MS'],
    error: 'expected at least COUNT_MS, or a purchase is forgotten as soon as it is counted',
  });

/** Every flag recommendation asks for, and its value where the flag file gives none. */
export const flagDefaults = protectionDefaults;

export type Config = z.output<typeof configSchema>;
