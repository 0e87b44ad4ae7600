/// <reference lib="esnext.disposable" preserve="true" />
import type { DegradeStep } from '../degrade/degrade.ts';
import type { CallContext, CallOptions } from '../pipeline/call-options.ts';
import type { ContextCarrier } from '../pipeline/context-carrier.ts';
import type { EventListener } from '../pipeline/events.ts';
import type { Answer, CallCountsSnapshot, LatencySnapshot } from './answer.ts';
import type { DependencyState, RestoreOptions } from './dependency-state.ts';
import type { ProtectionSnapshots } from './policy.ts';
import type { PolicyPatch } from './policy-settings.ts';

/** A change of settings while calls run. */
export interface DependencyPatch extends PolicyPatch {
  /** Whether degraded answers are given at all. */
  readonly fallback?: { readonly enabled?: boolean | undefined } | undefined;
}

export interface FallbackSnapshot {
  readonly enabled: boolean;
}

/** Everything a dependency knows about itself, as JSON. */
export interface DependencySnapshot extends CallCountsSnapshot {
  readonly name: string;
  /** What `isEnabled` says; false if it throws. */
  readonly enabled: boolean;
  readonly latencyMs: LatencySnapshot;
  readonly policies: ProtectionSnapshots & {
    readonly fallback: FallbackSnapshot;
  };
}

/**
 * An input that may be undefined may be left out. A number in place of the options is ignored: `map` passes an index.
 */
export type CallArguments<Input> = undefined extends Input
  ? [input?: Input, options?: CallOptions | number]
  : [input: Input, options?: CallOptions | number];

export interface ExecuteOptions<Output> extends CallOptions {
  /** Tried in order when there is no live answer; without any, the error reaches the caller. */
  readonly degrade?: readonly DegradeStep<undefined, Output>[] | undefined;
}

export interface Dependency<Input, Output> {
  readonly name: string;
  /**
   * The answer and its source. Rejects with the call's error or a `RejectedError` when nothing degrades. A number in
   * place of the options is ignored, so that `ids.map(dependency.call)` works, which passes an index.
   */
  call(...args: CallArguments<Input>): Promise<Answer<Output>>;
  /**
   * Any other operation, behind the same protections; what degrades is its own. While the flag of the dependency is off
   * it rejects with `E_DISABLED`. A number in place of the options is ignored, as for `call`.
   *
   * @example
   * const { value: user } = await database.execute(({ signal }) => findUser(id, signal), { idempotent: true });
   */
  execute<Result>(
    operation: (context: CallContext) => PromiseLike<Result>,
    options?: ExecuteOptions<Result> | number,
  ): Promise<Answer<Result>>;
  snapshot(): DependencySnapshot;
  /** Listens to every decision; returns how to stop. */
  onEvent(listener: EventListener): () => void;
  /** From now on calls take their caller's ambient context along through queues, retries and timeouts. */
  carryContext(carrier: ContextCarrier): void;
  /** Changes settings while calls run; nothing in flight is lost. A bad value throws and changes nothing. */
  configure(patch: DependencyPatch): void;
  /** Rejects every call until `release`. */
  isolate(): void;
  release(): void;
  /** What it has learned, as JSON: for a process that takes over, or one that lives for a moment only. */
  exportState(): DependencyState;
  /**
   * Takes over what an earlier process has exported: an open breaker stays open for the rest of its time. For a
   * dependency that has just been made; what it knows by itself by then stays.
   *
   * @throws {InvalidOptionError} naming what makes no sense, is of another dependency or is too old; nothing is changed
   */
  restoreState(state: DependencyState, options?: RestoreOptions): void;
  /**
   * Lets go of timers and listeners, for a dependency that is made for a while, such as a tenant's. Calls in flight
   * finish; later ones reject with `E_DISPOSED`, and no degraded answer hides that.
   */
  dispose(): void;
  [Symbol.dispose](): void;
}
