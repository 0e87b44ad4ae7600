import './supported-runtime.ts';

export { type Backoff, backoffMs } from './backoff.ts';
export { type Clock, type Random, systemClock, type Timer, wallClock } from './clock.ts';
export { errorCode } from './error-code.ts';
export { InvalidOptionError } from './invalid-option-error.ts';
export { asNobody } from './nobody.ts';
export {
  above,
  aClock,
  aFunction,
  anObject,
  anything,
  atLeast,
  between,
  checkArgument,
  checkOptions,
  hasMethods,
  integer,
  listOf,
  longestTimerMs,
  oneOf,
  onOff,
  optional,
  type Patch,
  type Rule,
  type Rules,
  ratio,
  recordOf,
  text,
  textLike,
  withMethods,
  withPatch,
} from './options.ts';
export { quantile } from './quantile.ts';
export { safeRandom } from './random.ts';
export { type Settled, settleWithin } from './settle-within.ts';
export { type FlightLimit, SingleFlight } from './single-flight.ts';
export { ignoreRejection, isThenable, promised } from './thenable.ts';
export { warn, warnIfRejected } from './warning.ts';
