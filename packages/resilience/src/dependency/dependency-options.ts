import type { DegradeStep } from '../degrade/degrade.ts';
import type { CallContext } from '../pipeline/attempt.ts';
import type { Clock, Random } from '../primitives/clock.ts';
import { InvalidOptionError } from '../primitives/invalid-option-error.ts';
import { aFunction, onOff, type Rule, withPatch } from '../primitives/options.ts';
import type { Policy } from './standard-policy.ts';

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
  /** A feature flag, read on every call: when false, `disabledValue` answers and the dependency is not asked. */
  readonly isEnabled?: () => boolean;
  readonly disabledValue?: (input: Input) => Output;
  readonly clock?: Clock;
  readonly random?: Random;
}

const having = (expected: string, ...methods: string[]): Rule => ({
  expected,
  accepts: (value) => hasMethods(value, methods),
});

const rules: Record<keyof DependencyOptions<unknown, unknown>, Rule> = {
  name: { expected: 'a non-empty string', accepts: (value) => typeof value === 'string' && value !== '' },
  call: aFunction,
  policy: having('what standardPolicy() gives', 'build'),
  degrade: {
    expected: 'an array of steps that answer',
    accepts: (value) => Array.isArray(value) && value.every((step) => hasMethods(step, ['answer'])),
  },
  idempotent: onOff,
  isEnabled: aFunction,
  disabledValue: aFunction,
  clock: having('an object with now() and setTimer()', 'now', 'setTimer'),
  random: aFunction,
};

/** @throws {InvalidOptionError} for a wrong value, a missing one, and a name that does not exist */
export function checkOptions<Input, Output>(options: DependencyOptions<Input, Output>): void {
  withPatch({}, options, rules);
  const { name, call, isEnabled, disabledValue } = options;
  if (name === undefined) throw new InvalidOptionError('name', rules.name.expected, name);
  if (call === undefined) throw new InvalidOptionError('call', rules.call.expected, call);
  if (isEnabled !== undefined && disabledValue === undefined) {
    throw new InvalidOptionError('disabledValue', 'a function, since isEnabled is given', disabledValue);
  }
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}
