/** A degraded answer: not live, but better than an error. */
export interface DegradedAnswer<Output> {
  readonly value: Output;
  readonly ageMs?: number | undefined;
}

/** One way to answer when the dependency did not. */
export interface DegradeStep<Input, Output> {
  readonly source: 'cached' | 'default';
  /** The answer, or undefined to leave it to the next step. A step that fails counts as having none. */
  answer(input: Input): DegradedAnswer<Output> | undefined | Promise<DegradedAnswer<Output> | undefined>;
  /** Told of every live answer; must neither block nor throw. */
  remember?(input: Input, output: Output): void;
}

export interface DegradedBy<Output> extends DegradedAnswer<Output> {
  readonly source: DegradeStep<never, Output>['source'];
}

/** The answer of the first step that has one; a promise only if a step asked for time. */
export function degraded<Input, Output>(
  steps: readonly DegradeStep<Input, Output>[],
  input: Input,
): DegradedBy<Output> | undefined | Promise<DegradedBy<Output> | undefined> {
  for (const [index, step] of steps.entries()) {
    const answer = attempt(step, input);
    if (answer instanceof Promise) return lateAnswer(step, answer, steps.slice(index + 1), input);
    if (answer !== undefined) return { source: step.source, value: answer.value, ageMs: answer.ageMs };
  }
  return undefined;
}

async function lateAnswer<Input, Output>(
  step: DegradeStep<Input, Output>,
  pending: Promise<DegradedAnswer<Output> | undefined>,
  rest: readonly DegradeStep<Input, Output>[],
  input: Input,
): Promise<DegradedBy<Output> | undefined> {
  const answer = await pending.catch(() => undefined);
  if (answer === undefined) return degraded(rest, input);
  return { source: step.source, value: answer.value, ageMs: answer.ageMs };
}

function attempt<Input, Output>(step: DegradeStep<Input, Output>, input: Input) {
  try {
    return step.answer(input);
  } catch {
    return undefined;
  }
}
