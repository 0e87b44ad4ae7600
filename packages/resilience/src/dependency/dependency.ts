import type { CallOptions } from '../pipeline/call-options.ts';
import type { ContextCarrier } from '../pipeline/context-carrier.ts';
import type { EventListener, Source } from '../pipeline/events.ts';
import { checkOptions, type DependencyOptions } from './dependency-options.ts';
import { GuardedDependency } from './guarded-dependency.ts';
import type { PolicyPatch } from './policy-settings.ts';
import type { Protections } from './standard-policy.ts';
import type { TallySnapshot } from './tally.ts';

/** An answer and how good it is. */
export interface Answer<Output> {
  readonly value: Output;
  readonly source: Source;
  /** How old the answer is, if it is a remembered one. */
  readonly ageMs?: number;
  /** Why it is not live: a stable error code. */
  readonly reason?: string;
}

/** A change of settings while calls run. */
export interface DependencyPatch extends PolicyPatch {
  /** Whether degraded answers are given at all. */
  readonly fallback?: { readonly enabled?: boolean | undefined } | undefined;
}

/** Everything a dependency knows about itself, as JSON. */
export interface DependencySnapshot extends TallySnapshot {
  readonly name: string;
  /** What `isEnabled` says; false if it throws. */
  readonly enabled: boolean;
  /** Of live answers in the last ten seconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly count: number };
  readonly policies: ReturnType<Protections['snapshot']> & {
    readonly fallback: { readonly enabled: boolean };
  };
}

export interface Dependency<Input, Output> {
  readonly name: string;
  /** The answer and its source. Rejects with the call's error or a `RejectedError` when nothing degrades. */
  call(input: Input, options?: CallOptions): Promise<Answer<Output>>;
  snapshot(): DependencySnapshot;
  /** Listens to every decision; returns how to stop. */
  onEvent(listener: EventListener): () => void;
  /** From now on calls take their caller's ambient context along through queues, retries and timeouts. */
  carryContext(carrier: ContextCarrier): void;
  /** Changes settings while calls run; nothing in flight is lost. A bad value throws and changes nothing. */
  configure(patch: DependencyPatch): void;
  /** Refuses every call until `release`. */
  isolate(): void;
  release(): void;
}

/**
 * Guards one call to one dependency. Make it once per process, never per request: it is the state that protects.
 *
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 * @example
 * const recommendations = dependency({
 *   name: 'recommendation',
 *   policy: standardPolicy({ deadlineMs: 800, attemptTimeoutMs: 300 }),
 *   call: (customerId: string, { signal }) => fetchRecommendations(customerId, signal),
 *   idempotent: true,
 *   degrade: [defaultAnswer(() => popularItems)],
 * });
 * const { value, source } = await recommendations.call('c-42');
 */
export function dependency<Input, Output>(
  options: DependencyOptions<Input, Output>,
): Dependency<Input, Output> {
  checkOptions(options);
  return new GuardedDependency(options);
}
