export { type EventuallyOptions, eventually } from './eventually.ts';
export { ManualClock, settled } from './manual-clock.ts';
export { type StubbedWork, stubWork } from './stub-work.ts';
export { unhandledIn } from './unhandled-in.ts';
