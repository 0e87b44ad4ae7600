import type { DependencyOptions } from '../dependency/dependency-options.ts';
import { dependency } from '../dependency/guarded-dependency.ts';
import { type PolicyOptions, standardPolicy } from '../dependency/standard-policy.ts';
import type { CallOptions } from '../pipeline/call-options.ts';
import type { ResilienceEvent } from '../pipeline/events.ts';
import { ManualClock } from './manual-clock.ts';
import { stubWork } from './stub-work.ts';

type Options = Partial<DependencyOptions<unknown, string>>;

/** A dependency whose clock, chance and answers belong to the test. */
export function guarded(policy: PolicyOptions = {}, options: Options = {}) {
  const clock = new ManualClock();
  const { asked, work, call } = stubWork<string>();
  const events: ResilienceEvent[] = [];
  const guard = dependency<unknown, string>({
    name: 'inventory',
    policy: standardPolicy(policy),
    call,
    clock,
    random: () => 0.5,
    idempotent: true,
    ...options,
  });
  guard.onEvent((event) => events.push(event));
  /** Calls, and answers what became of it: its source, or the code of its error. */
  const ask = (input: unknown, callOptions?: CallOptions) => fateOf(guard.call(input, callOptions));
  return { guard, ask, asked, work, clock, events };
}

function fateOf(answer: Promise<{ readonly source: string }>): Promise<string> {
  return answer.then(
    ({ source }) => source,
    (error) => error.code ?? error.message,
  );
}
