export { scenarioNamed, scenarios } from './catalogue.ts';
export { openScenarioEnvironment, type ScenarioEnvironment } from './environment.ts';
export { share } from './measures.ts';
export {
  type RunScenarioOptions,
  runScenario,
  runUntilVerdict,
  type ScenarioResult,
} from './run-scenario.ts';
export type { Scenario, Variant } from './scenario.ts';
