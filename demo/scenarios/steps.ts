import type { SupervisedName } from '../topology.ts';
import type { Step } from './scenario.ts';

/** Kills a process at `fromMs` and starts it at `toMs`; `title` is its name in a sentence. */
export const killAndStart = (target: SupervisedName, title: string, fromMs: number, toMs: number): Step[] => [
  { atMs: fromMs, says: `${title} is killed`, act: (stage) => stage.kill(target) },
  { atMs: toMs, says: `${title} is started again`, act: (stage) => stage.start(target), isReturn: true },
];
