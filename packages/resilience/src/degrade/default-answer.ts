import { aFunction, checkArgument } from '../primitives/options.ts';
import type { DegradeStep } from './degrade.ts';

/** Answers with something that is always right enough: popular items, an empty list, a neutral price. */
export function defaultAnswer<Input, Output>(answer: (input: Input) => Output): DegradeStep<Input, Output> {
  checkArgument('defaultAnswer', 'answer', answer, aFunction);
  return { source: 'default', answer: (input) => ({ value: answer(input) }) };
}
