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
import { ignoreRejection } from '../primitives/thenable.ts';
import type { Policy } from './policy.ts';

/** The options of a dependency that is only asked by `execute`. */
export interface OperationsOptions {
  /** Names the dependency in errors, events and snapshots. */
  readonly name: string;
  /** @default standardPolicy() */
  readonly policy?: Policy;
  /** Whether asking twice is safe, unless a call says otherwise. Without it nothing is retried. @default false */
  readonly idempotent?: boolean;
  /**
   * A feature flag, read on every call: when false, the dependency is not asked. A promise is waited for within the
   * deadline of the call.
   */
  readonly isEnabled?: () => boolean | PromiseLike<boolean>;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface DependencyOptions<Input, Output> extends OperationsOptions {
  /** The guarded call. It should pass `context.signal` on, so that a timeout really cancels. */
  readonly call: (input: Input, context: CallContext) => PromiseLike<Output>;
  /** Tried in order when there is no live answer; without any, the error reaches the caller. */
  readonly degrade?: readonly DegradeStep<Input, Output>[];
  /** Answers while the flag is off; a promise is waited for within the deadline of the call. */
  readonly disabledValue?: (input: Input) => Output | PromiseLike<Output>;
}

export const steps: Rule = listOf('an array of steps that answer', (step) => hasMethods(step, ['answer']));

const rules: Record<keyof DependencyOptions<unknown, unknown>, Rule> = {
  name: text,
  call: aFunction,
  policy: withMethods('what standardPolicy() gives', 'build'),
  degrade: steps,
  idempotent: onOff,
  isEnabled: aFunction,
  disabledValue: aFunction,
  clock: aClock,
  random: aFunction,
};

const { call: _call, degrade: _degrade, disabledValue: _disabledValue, ...operationsRules } = rules;

/** Whether there is a `call`. One that is undefined is a mistake; one that is left out leaves `execute`. */
export function hasCall<Input, Output>(
  options: DependencyOptions<Input, Output> | OperationsOptions,
): options is DependencyOptions<Input, Output> {
  return typeof options !== 'object' || options === null || 'call' in options;
}

/** @throws {InvalidOptionError} for a wrong value, a missing one, and a name that does not exist */
export function checkDependencyOptions<Input, Output>(
  options: DependencyOptions<Input, Output> | OperationsOptions,
): void {
  // An async factory in place of the options is a mistake like any other.
  ignoreRejection(options);
  if (!hasCall(options)) {
    checkOptions('dependency', options, operationsRules, ['name']);
    return;
  }
  checkOptions('dependency', options, rules, ['name', 'call']);
  const { isEnabled, disabledValue, degrade = [] } = options;
  for (const [index, step] of degrade.entries()) checkDegradeStep(step, `degrade.${index}`);
  if (isEnabled === undefined || disabledValue !== undefined) return;
  const expected = 'a function, since isEnabled is given';
  throw new InvalidOptionError('disabledValue', expected, disabledValue, { of: 'dependency' });
}
