import type { Clock } from '../primitives/clock.ts';
import {
  aFunction,
  checkArgument,
  integer,
  longestTimerMs,
  oneOf,
  type Rule,
  type Rules,
  withPatch,
} from '../primitives/options.ts';
import { settleWithin } from '../primitives/settle-within.ts';

/** A degraded answer: not live, but better than an error. */
export interface DegradedAnswer<Output> {
  readonly value: Output;
  readonly ageMs?: number | undefined;
}

/** One way to answer when the dependency did not. */
export interface DegradeStep<Input, Output> {
  readonly source: 'cached' | 'default';
  /** How long a promised answer is waited for. @default 100 */
  readonly timeoutMs?: number | undefined;
  /** The answer, or undefined to leave it to the next step. A step that fails or is late has none. */
  answer(
    input: Input,
    clock: Clock,
  ): DegradedAnswer<Output> | undefined | Promise<DegradedAnswer<Output> | undefined>;
  /** Receives every live answer. What it throws is ignored; it must not block. */
  remember?(input: Input, output: Output, clock: Clock): void;
}

const stepRules: Rules = {
  source: oneOf('cached', 'default'),
  timeoutMs: integer(0, longestTimerMs),
  answer: aFunction,
  remember: aFunction,
};

/** @throws {InvalidOptionError} naming the option below `path`, what was expected and what was received */
export function checkDegradeStep<Input, Output>(step: DegradeStep<Input, Output>, path: string): void {
  const { source, timeoutMs, answer, remember } = step;
  // A step may be an instance of a class with fields of its own; in a plain object every other name is a mistake.
  const isPlain = Object.getPrototypeOf(step) === Object.prototype;
  const known = { source, timeoutMs, answer, remember };
  withPatch({}, isPlain ? { ...step, ...known } : known, stepRules, { of: 'dependency', path });
  checkArgument('dependency', `${path}.source`, source, stepRules.source as Rule);
}

export interface DegradedBy<Output> extends DegradedAnswer<Output> {
  readonly source: 'cached' | 'default';
}

/** The answer of the first step that has one; a promise only if a step asks for time. */
export function degraded<Input, Output>(
  steps: readonly DegradeStep<Input, Output>[],
  input: Input,
  clock: Clock,
): DegradedBy<Output> | undefined | Promise<DegradedBy<Output> | undefined> {
  for (const [index, step] of steps.entries()) {
    const answer = answerOf(step, input, clock);
    if (answer instanceof Promise) {
      // The deadline was spent on the live answer: the degraded one must not hang as well.
      return settleWithin(answer, step.timeoutMs ?? 100, clock).then((settled) =>
        settled.kind === 'done' && settled.value !== undefined
          ? by(step, settled.value)
          : degraded(steps.slice(index + 1), input, clock),
      );
    }
    if (answer !== undefined) return by(step, answer);
  }
  return undefined;
}

/** Hands a live answer to the steps; an error of theirs must not spoil it. */
export function remembered<Input, Output>(
  steps: readonly DegradeStep<Input, Output>[],
  input: Input,
  output: Output,
  clock: Clock,
): void {
  for (const step of steps) {
    try {
      step.remember?.(input, output, clock);
    } catch {}
  }
}

function answerOf<Input, Output>(step: DegradeStep<Input, Output>, input: Input, clock: Clock) {
  try {
    return step.answer(input, clock);
  } catch {
    return undefined;
  }
}

function by<Output>(
  { source }: { source: 'cached' | 'default' },
  answer: DegradedAnswer<Output>,
): DegradedBy<Output> {
  return { source, value: answer.value, ageMs: answer.ageMs };
}
