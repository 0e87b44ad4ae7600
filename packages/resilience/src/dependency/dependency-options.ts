import { checkDegradeStep, type DegradeStep } from '../degrade/degrade.ts';
import type { CallContext } from '../pipeline/call-options.ts';
import type { Clock, Random } from '../primitives/clock.ts';
import { InvalidOptionError } from '../primitives/invalid-option-error.ts';
import {
  aClock,
  aFunction,
  checkOptions,
  hasMethods,
  listOf,
  onOff,
  type Rule,
  text,
  withMethods,
} from '../primitives/options.ts';
import type { Policy } from './policy.ts';

export interface DependencyOptions<Input, Output> {
  /** Names the dependency in errors, events and snapshots. */
  readonly name: string;
  /** The guarded call. It should pass `context.signal` on, so that a timeout really cancels. */
  readonly call: (input: Input, context: CallContext) => PromiseLike<Output>;
  /** @default standardPolicy() */
  readonly policy?: Policy;
  /** Tried in order when there is no live answer; without any, the error reaches the caller. */
  readonly degrade?: readonly DegradeStep<Input, Output>[];
  /** Whether asking twice is safe, unless a call says otherwise. Without it nothing is retried. @default false */
  readonly idempotent?: boolean;
  /**
   * A feature flag, read on every call: when false, `disabledValue` answers and the dependency is not asked. A promise
   * of either is waited for within the deadline of the call.
   */
  readonly isEnabled?: () => boolean | PromiseLike<boolean>;
  readonly disabledValue?: (input: Input) => Output | PromiseLike<Output>;
  readonly clock?: Clock;
  readonly random?: Random;
}

const rules: Record<keyof DependencyOptions<unknown, unknown>, Rule> = {
  name: text,
  call: aFunction,
  policy: withMethods('what standardPolicy() gives', 'build'),
  degrade: listOf('an array of steps that answer', (step) => hasMethods(step, ['answer'])),
  idempotent: onOff,
  isEnabled: aFunction,
  disabledValue: aFunction,
  clock: aClock,
  random: aFunction,
};

/** @throws {InvalidOptionError} for a wrong value, a missing one, and a name that does not exist */
export function checkDependencyOptions<Input, Output>(options: DependencyOptions<Input, Output>): void {
  checkOptions('dependency', options, rules, ['name', 'call']);
  const { isEnabled, disabledValue, degrade = [] } = options;
  for (const [index, step] of degrade.entries()) checkDegradeStep(step, `degrade.${index}`);
  if (isEnabled === undefined || disabledValue !== undefined) return;
  const expected = 'a function, since isEnabled is given';
  throw new InvalidOptionError('disabledValue', expected, disabledValue, { of: 'dependency' });
}
