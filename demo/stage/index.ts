export { openStage, type Stage, type StageLogger, type StageOptions } from './stage.ts';
export { openSwitches, type Switches } from './switches.ts';
export { type SystemView, type WatchOptions, watchSystem } from './system-view.ts';
