import type { Verdict } from '../pipeline/outcome.ts';
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
import { ignoreRejection, isThenable } from '../primitives/thenable.ts';

/** What a step answers: not live, but better than an error. */
export interface StepAnswer<Output> {
  readonly value: Output;
  readonly ageMs?: number | undefined;
}

/** Why there is no live answer. */
export interface DegradeReason {
  readonly verdict: Exclude<Verdict, 'success'>;
  /** The error that reaches the caller if no step answers; made when it is read. */
  readonly error: unknown;
}

/**
 * Whether a step answers in place of this error. Without it a step answers for every error but a caller's fault: a 404
 * or a 403 must not be answered with what somebody else was once told.
 */
export type DegradeOn = (error: unknown, verdict: DegradeReason['verdict']) => boolean;

/** One way to answer when the dependency did not. */
export interface DegradeStep<Input, Output> {
  readonly source: 'cached' | 'default';
  /** How long a promised answer is waited for. @default 100 */
  readonly timeoutMs?: number | undefined;
  readonly degradeOn?: DegradeOn | undefined;
  /** The answer, or undefined to leave it to the next step. A step that fails or is late has none. */
  answer(
    input: Input,
    clock: Clock,
    reason: DegradeReason,
  ): StepAnswer<Output> | undefined | PromiseLike<StepAnswer<Output> | undefined>;
  /** Receives every live answer. What it throws, or rejects with, is ignored; it must not block. */
  remember?(input: Input, output: Output, clock: Clock): void | PromiseLike<void>;
}

const stepRules: Rules = {
  source: oneOf('cached', 'default'),
  timeoutMs: integer(0, longestTimerMs),
  degradeOn: aFunction,
  answer: aFunction,
  remember: aFunction,
};

/** @throws {InvalidOptionError} naming the option below `path`, what was expected and what was received */
export function checkDegradeStep<Input, Output>(step: DegradeStep<Input, Output>, path: string): void {
  const { source, timeoutMs, degradeOn, answer, remember } = step;
  // A step may be an instance of a class with fields of its own; in a plain object every other name is a mistake.
  const isPlain = Object.getPrototypeOf(step) === Object.prototype;
  const known = { source, timeoutMs, degradeOn, answer, remember };
  withPatch({}, isPlain ? { ...step, ...known } : known, stepRules, { of: 'dependency', path });
  checkArgument('dependency', `${path}.source`, source, stepRules.source as Rule);
}

export interface DegradedBy<Output> extends StepAnswer<Output> {
  readonly source: 'cached' | 'default';
}

/** The answer of the first step that has one; a promise only if a step asks for time. */
export function degraded<Input, Output>(
  steps: readonly DegradeStep<Input, Output>[],
  input: Input,
  clock: Clock,
  reason: DegradeReason,
): DegradedBy<Output> | undefined | Promise<DegradedBy<Output> | undefined> {
  for (const [index, step] of steps.entries()) {
    const answer = answerOf(step, input, clock, reason);
    if (answer instanceof Promise) {
      return answer.then((late) => late ?? degraded(steps.slice(index + 1), input, clock, reason));
    }
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Hands a live answer to the steps; an error of theirs must not spoil it, nor end the process. */
export function remembered<Input, Output>(
  steps: readonly DegradeStep<Input, Output>[],
  input: Input,
  output: Output,
  clock: Clock,
): void {
  for (const step of steps) {
    try {
      ignoreRejection(step.remember?.(input, output, clock));
    } catch {}
  }
}

/** Whether a step answers for this reason; one whose test is broken does not. */
function answers<Input, Output>(step: DegradeStep<Input, Output>, reason: DegradeReason): boolean {
  const { degradeOn } = step;
  if (degradeOn === undefined) return reason.verdict !== 'caller';
  try {
    const verdict: unknown = degradeOn(reason.error, reason.verdict);
    ignoreRejection(verdict);
    return verdict === true;
  } catch {
    return false;
  }
}

/** Neither throws nor rejects, whatever the step does: what is not an answer is none. */
function answerOf<Input, Output>(
  step: DegradeStep<Input, Output>,
  input: Input,
  clock: Clock,
  reason: DegradeReason,
): DegradedBy<Output> | undefined | Promise<DegradedBy<Output> | undefined> {
  try {
    if (!answers(step, reason)) return undefined;
    const answer = step.answer(input, clock, reason);
    if (isThenable(answer)) return inTime(step, awaited(step, answer), clock);
    if (!isAnswer(answer)) return undefined;
    const { value, ageMs } = answer;
    if (isThenable(value)) return inTime(step, awaited(step, { value: value as Output, ageMs }), clock);
    return { source: step.source, value, ageMs };
  } catch {
    return undefined;
  }
}

async function awaited<Input, Output>(
  { source }: DegradeStep<Input, Output>,
  promised: StepAnswer<Output> | undefined | PromiseLike<StepAnswer<Output> | undefined>,
): Promise<DegradedBy<Output> | undefined> {
  const answer = await promised;
  if (!isAnswer(answer)) return undefined;
  const { value, ageMs } = answer;
  return { source, value: await value, ageMs };
}

async function inTime<Input, Output>(
  step: DegradeStep<Input, Output>,
  answer: Promise<DegradedBy<Output> | undefined>,
  clock: Clock,
): Promise<DegradedBy<Output> | undefined> {
  // The deadline was spent on the live answer: the degraded one must not hang as well.
  const settled = await settleWithin(answer, step.timeoutMs ?? 100, clock);
  return settled.kind === 'done' ? settled.value : undefined;
}

const isAnswer = <Output>(answer: StepAnswer<Output> | undefined): answer is StepAnswer<Output> =>
  typeof answer === 'object' && answer !== null && 'value' in answer;
