import { bulkheadOff } from './bulkhead-off.ts';
import { databaseHangs } from './database-hangs.ts';
import { databaseKilled } from './database-killed.ts';
import { deadlinePropagation } from './deadline-propagation.ts';
import { inventoryHangs } from './inventory-hangs.ts';
import { inventoryKilled } from './inventory-killed.ts';
import { metastable } from './metastable.ts';
import { overload } from './overload.ts';
import { recommendationGarbage } from './recommendation-garbage.ts';
import { recommendationKilled } from './recommendation-killed.ts';
import { recommendationSlow } from './recommendation-slow.ts';
import { redisKilled } from './redis-killed.ts';
import { retryStorm } from './retry-storm.ts';
import type { Scenario } from './scenario.ts';
import { thunderingHerd } from './thundering-herd.ts';

/** Every declared failure, in the order one would show them. */
export const scenarios: readonly Scenario[] = [
  recommendationKilled,
  recommendationSlow,
  recommendationGarbage,
  inventoryKilled,
  inventoryHangs,
  redisKilled,
  databaseKilled,
  databaseHangs,
  retryStorm,
  thunderingHerd,
  overload,
  deadlinePropagation,
  metastable,
  bulkheadOff,
];

export const scenarioNamed = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name);
