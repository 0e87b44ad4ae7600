import { urlOf, wholeNumber } from '@ballast/service-kit';
import { z } from 'zod';

const address = z.string().regex(/^[\w.-]+:\d{1,5}$/, 'expected host:port');

/** What the control room reads from its environment when it runs as a container of its own. */
export const roomConfig = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535),
  /** Where the browser finds it, when that is another port. */
  PUBLIC_PORT: wholeNumber(1, 65_535).optional(),
  ORDERS_URL: urlOf('http'),
  INVENTORY_URL: urlOf('http'),
  RECOMMENDATION_URL: urlOf('http'),
  LOAD_GENERATOR_URL: urlOf('http'),
  POSTGRES_ADDRESS: address,
  REDIS_ADDRESS: address,
  CHAOS_TOKEN: z.string().min(16),
  FLAGS_FILE: z.string(),
  PICTURES_FOLDER: z.string(),
  JAEGER_URL: urlOf('http', 'https').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});
