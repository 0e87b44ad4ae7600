import type { Clock, Random } from '@ballast/resilience/primitives';
import type { Logger } from '../process/logger.ts';

export interface PoolSettings {
  readonly url: string;
  readonly name: string;
  /** What stands before the server: nothing, or a pooler that hands a connection on after each transaction. */
  readonly pooler: 'none' | 'transaction';
  readonly maxConnections: number;
  readonly connectionTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  readonly queryTimeoutMs: number;
  readonly maxConnectionAgeMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}
