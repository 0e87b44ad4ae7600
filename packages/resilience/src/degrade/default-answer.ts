import { aFunction, checkArgument, checkOptions, type Rules } from '../primitives/options.ts';
import { isThenable } from '../primitives/thenable.ts';
import type { DegradeOn, DegradeReason, DegradeStep } from './degrade.ts';

export interface DefaultAnswerOptions {
  /** @default every error but a caller's fault */
  readonly degradeOn?: DegradeOn | undefined;
}

const rules: Rules = { degradeOn: aFunction };

/**
 * Answers with something that is always right enough: popular items, an empty list, a neutral price. The answer may be
 * a promise: a last resort that asks somebody else.
 *
 * @throws {InvalidOptionError} naming what was expected and what was received
 */
export function defaultAnswer<Input, Output>(
  answer: (input: Input, reason: DegradeReason) => Output | PromiseLike<Output>,
  options: DefaultAnswerOptions = {},
): DegradeStep<Input, Output> {
  checkArgument('defaultAnswer', 'answer', answer, aFunction);
  checkOptions('defaultAnswer', options, rules);
  return {
    source: 'default',
    degradeOn: options.degradeOn,
    answer(input, _clock, reason) {
      const value = answer(input, reason);
      if (isThenable(value)) return Promise.resolve(value).then((settled) => ({ value: settled }));
      return { value: value as Output };
    },
  };
}
