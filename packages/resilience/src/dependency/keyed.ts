import type { ContextCarrier } from '../pipeline/context-carrier.ts';
import { disposedError } from '../pipeline/errors.ts';
import { EventHub, type EventListener, type ResilienceEvent } from '../pipeline/events.ts';
import { type Clock, systemClock, type Timer } from '../primitives/clock.ts';
import { asNobody } from '../primitives/nobody.ts';
import {
  aFunction,
  anObject,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  type Rule,
  type Rules,
} from '../primitives/options.ts';
import type { Dependency, DependencyPatch, DependencySnapshot } from './dependency.ts';
import {
  checkDependencyOptions,
  type DependencyOptions,
  type OperationsOptions,
} from './dependency-options.ts';
import { boundTo, GuardedDependency } from './guarded-dependency.ts';

export interface KeyedLimits {
  /** Keys that are kept at once. @default 1000 */
  readonly max?: number | undefined;
  /** A key that nobody has asked for so long is let go of. @default 600000 (10 minutes) */
  readonly idleMs?: number | undefined;
}

export const keyedDefaults = { max: 1000, idleMs: 600_000 };

/** An event of one of the dependencies, and its key. */
export type KeyedEvent = ResilienceEvent & { readonly key: string };

/** Everything there is to know about the dependencies of all keys, as JSON. */
export interface KeyedSnapshot {
  readonly size: number;
  readonly max: number;
  readonly idleMs: number;
  /** Keys let go of since the beginning, to make room or because nobody asked for them. */
  readonly evicted: number;
  readonly dependencies: Readonly<Record<string, DependencySnapshot>>;
}

/** One dependency per key. */
export interface Keyed<Input, Output> {
  /**
   * The dependency of a key, made when it is first asked for. Ask again for each call instead of keeping it: one that
   * has been let go of rejects calls with `E_DISPOSED`.
   */
  of(key: string): Dependency<Input, Output>;
  readonly size: number;
  /** The one that was unused the longest first; so are the entries. */
  keys(): IterableIterator<string>;
  entries(): IterableIterator<[string, Dependency<Input, Output>]>;
  [Symbol.iterator](): IterableIterator<[string, Dependency<Input, Output>]>;
  snapshot(): KeyedSnapshot;
  /** Listens to the decisions of all, those to come too; returns how to stop. */
  onEvent(listener: (event: KeyedEvent) => void): () => void;
  carryContext(carrier: ContextCarrier): void;
  /** Changes the settings of all, those to come too. A bad value throws and changes nothing. */
  configure(patch: DependencyPatch): void;
  /** Disposes of all; there are none from then on. */
  dispose(): void;
  [Symbol.dispose](): void;
}

type OptionsOf<Input, Output> = DependencyOptions<Input, Output> | OperationsOptions;
type Given<Options> = Options | ((key: string) => Options);

const limitRules: Rules = { max: integer(1), idleMs: integer(1, longestTimerMs) };
const aKey: Rule = { expected: 'a string', accepts: (value) => typeof value === 'string' };

/**
 * Protections for each host, tenant or endpoint, so that one that is ill does not take the others along. Options that
 * need the key are given as a function of it. All share one name, since a name is a label in metrics.
 *
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 * @example
 * const partners = keyed({ name: 'partner', call: sendOrder }, { max: 500, idleMs: 600_000 });
 * const { value } = await partners.of(partner.host).call(order);
 */
export function keyed<Input, Output>(
  options: Given<DependencyOptions<Input, Output>>,
  limits?: KeyedLimits,
): Keyed<Input, Output>;
export function keyed(options: Given<OperationsOptions>, limits?: KeyedLimits): Keyed<never, never>;
export function keyed<Input, Output>(
  options: Given<OptionsOf<Input, Output>>,
  limits: KeyedLimits = {},
): Keyed<Input, Output> {
  checkOptions('keyed', limits, limitRules);
  if (typeof options !== 'function') checkDependencyOptions(options);
  const { max = keyedDefaults.max, idleMs = keyedDefaults.idleMs } = limits;
  const kept = new KeyedDependencies<Input, Output>(options, max, idleMs);
  // Bound, own and enumerable, as those of a dependency are.
  return {
    of: (key) => kept.of(key),
    get size() {
      return kept.size;
    },
    keys: () => kept.keys(),
    entries: () => kept.entries(),
    [Symbol.iterator]: () => kept.entries(),
    snapshot: () => kept.snapshot(),
    onEvent: (listener) => kept.onEvent(listener),
    carryContext: (carrier) => kept.carryContext(carrier),
    configure: (patch) => kept.configure(patch),
    dispose: () => kept.dispose(),
    [Symbol.dispose]: () => kept.dispose(),
  };
}

/** What is kept of a key. */
interface Entry<Input, Output> {
  readonly guarded: GuardedDependency<Input, Output>;
  readonly dependency: Dependency<Input, Output>;
  usedAtMs: number;
  stopHearing: (() => void) | undefined;
}

class KeyedDependencies<Input, Output> {
  readonly #options: Given<OptionsOf<Input, Output>>;
  readonly #max: number;
  readonly #idleMs: number;
  readonly #clock: Clock;
  /** The one that was unused the longest first. */
  readonly #entries = new Map<string, Entry<Input, Output>>();
  readonly #events = new EventHub();
  #patch: DependencyPatch = {};
  #carrier: ContextCarrier | undefined;
  #evicted = 0;
  #timer: Timer | undefined;
  #isDisposed = false;

  constructor(options: Given<OptionsOf<Input, Output>>, max: number, idleMs: number) {
    this.#options = options;
    this.#max = max;
    this.#idleMs = idleMs;
    this.#clock = (typeof options === 'function' ? undefined : options.clock) ?? systemClock;
  }

  of(key: string): Dependency<Input, Output> {
    checkArgument('keyed.of', 'key', key, aKey);
    if (this.#isDisposed) throw disposedError(this.#name);
    const nowMs = this.#clock.now();
    this.#evictIdle(nowMs);
    const entry = this.#entries.get(key) ?? this.#make(key, nowMs);
    this.#touch(key, entry, nowMs);
    return entry.dependency;
  }

  get size(): number {
    this.#evictIdle(this.#clock.now());
    return this.#entries.size;
  }

  keys(): IterableIterator<string> {
    this.#evictIdle(this.#clock.now());
    return this.#entries.keys();
  }

  *entries(): IterableIterator<[string, Dependency<Input, Output>]> {
    this.#evictIdle(this.#clock.now());
    for (const [key, { dependency }] of this.#entries) yield [key, dependency];
  }

  snapshot(): KeyedSnapshot {
    const { size } = this;
    const dependencies = Object.fromEntries(
      [...this.#entries].map(([key, { dependency }]) => [key, dependency.snapshot()]),
    );
    return { size, max: this.#max, idleMs: this.#idleMs, evicted: this.#evicted, dependencies };
  }

  onEvent(listener: (event: KeyedEvent) => void): () => void {
    checkArgument('keyed.onEvent', 'listener', listener, aFunction);
    const unsubscribe = this.#events.subscribe(listener as EventListener);
    for (const [key, entry] of this.#entries) this.#hear(key, entry);
    return () => {
      unsubscribe();
      if (this.#events.listening) return;
      for (const entry of this.#entries.values()) {
        entry.stopHearing?.();
        entry.stopHearing = undefined;
      }
    };
  }

  carryContext(carrier: ContextCarrier): void {
    for (const { dependency } of this.#entries.values()) dependency.carryContext(carrier);
    this.#carrier = carrier;
  }

  configure(patch: DependencyPatch): void {
    checkArgument('keyed.configure', 'options', patch, anObject);
    const merged = mergedPatch(this.#patch, patch);
    // Checked on all before any is changed, and on one that is made for it while there is none.
    if (typeof this.#options !== 'function') new GuardedDependency(this.#options).check(merged);
    for (const { guarded } of this.#entries.values()) guarded.check(patch);
    for (const { guarded } of this.#entries.values()) guarded.configure(patch);
    this.#patch = merged;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.cancel();
    for (const key of this.#entries.keys()) this.#evict(key);
  }

  get #name(): string {
    return typeof this.#options === 'function' ? 'keyed' : this.#options.name;
  }

  #make(key: string, nowMs: number): Entry<Input, Output> {
    let options = this.#options;
    if (typeof options === 'function') {
      options = options(key);
      checkDependencyOptions(options);
    }
    const guarded = new GuardedDependency(options);
    guarded.configure(this.#patch);
    if (this.#carrier !== undefined) guarded.carryContext(this.#carrier);
    const entry = { guarded, dependency: boundTo(guarded), usedAtMs: nowMs, stopHearing: undefined };
    if (this.#events.listening) this.#hear(key, entry);
    if (this.#entries.size >= this.#max) this.#makeRoom(nowMs);
    this.#entries.set(key, entry);
    if (this.#timer === undefined) this.#wakeAfter(this.#idleMs);
    return entry;
  }

  #hear(key: string, entry: Entry<Input, Output>): void {
    entry.stopHearing ??= entry.dependency.onEvent((event) => {
      const ofKey: KeyedEvent = { ...event, key };
      this.#events.emit(ofKey);
    });
  }

  #touch(key: string, entry: Entry<Input, Output>, nowMs: number): void {
    entry.usedAtMs = nowMs;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #evict(key: string): void {
    // Its calls in flight finish all the same.
    this.#entries.get(key)?.guarded.dispose();
    this.#entries.delete(key);
    this.#evicted++;
  }

  readonly #wake = (): void => {
    const nowMs = this.#clock.now();
    this.#timer = undefined;
    this.#evictIdle(nowMs);
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return;
    this.#wakeAfter(oldest.usedAtMs + this.#idleMs - nowMs);
  };

  #wakeAfter(delayMs: number): void {
    this.#timer = asNobody(() => this.#clock.setTimer(this.#wake, delayMs, 'background'));
  }

  #evictIdle(nowMs: number): void {
    for (const [key, entry] of this.#entries) {
      if (nowMs - entry.usedAtMs < this.#idleMs) return;
      if (entry.guarded.isBusy) this.#touch(key, entry, nowMs);
      else this.#evict(key);
    }
  }

  /** The one that was unused the longest goes. What has calls in flight, or a breaker that is not closed, goes last. */
  #makeRoom(nowMs: number): void {
    for (let left = this.#entries.size; left > 0; left--) {
      const [key, entry] = this.#entries.entries().next().value as [string, Entry<Input, Output>];
      if (!entry.guarded.isBusy && entry.guarded.isClosed) {
        this.#evict(key);
        return;
      }
      this.#touch(key, entry, nowMs);
    }
    const keys = [...this.#entries.keys()];
    const idle = keys.find((key) => !this.#entries.get(key)?.guarded.isBusy);
    this.#evict(idle ?? (keys[0] as string));
  }
}

/** `patch` over `earlier`, at every depth. */
function mergedPatch<Section extends object>(earlier: Section, patch: Section): Section {
  const merged = { ...earlier } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    const isSection = anObject.accepts(before) && anObject.accepts(value);
    if (value !== undefined) merged[key] = isSection ? mergedPatch(before as object, value) : value;
  }
  return merged as Section;
}
