import {
  aFunction,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  type Rules,
} from '../primitives/options.ts';
import type { DegradeOn, DegradeReason, DegradeStep } from './degrade.ts';

export interface DefaultAnswerOptions {
  /** @default every error but a caller's fault */
  readonly degradeOn?: DegradeOn | undefined;
  /** How long a promised answer is waited for. @default 100 */
  readonly timeoutMs?: number | undefined;
}

const rules: Rules = { degradeOn: aFunction, timeoutMs: integer(0, longestTimerMs) };

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
    timeoutMs: options.timeoutMs,
    answer(input, _clock, reason) {
      // What is promised is awaited by whoever asks the step.
      return { value: answer(input, reason) as Output };
    },
  };
}
