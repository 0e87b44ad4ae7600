import { recommendationKilled } from './recommendation-killed.ts';
import type { Scenario } from './scenario.ts';

/** Every declared failure, in the order one would show them. */
export const scenarios: readonly Scenario[] = [recommendationKilled];

export const scenarioNamed = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name);
