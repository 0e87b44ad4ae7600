import { databaseEnv, serviceEnv, wholeNumber } from '@ballast/service-kit';
import { protectionDefaults } from '@ballast/service-kit/protections';
import { z } from 'zod';

/** What recommendation reads from its environment. */
export const configSchema = z.object({
  ...serviceEnv,
  ...databaseEnv,
  /** How often new purchases are folded into the counts. */
  COUNT_MS: wholeNumber(10, 3_600_000).prefault('1000'),
  /** How often the backlog is reported and what is past its time is looked for. */
  SWEEP_MS: wholeNumber(10, 3_600_000).prefault('30000'),
});

/** Every flag recommendation asks for, and its value where the flag file gives none. */
export const flagDefaults = protectionDefaults;

export type Config = z.output<typeof configSchema>;
