import type { BreakerMemory } from '../breaker/breaker-settings.ts';
import type { AdaptiveMemory } from '../policies/adaptive-limit.ts';
import type { RetryBudgetMemory } from '../policies/retry-budget.ts';
import { wallClock } from '../primitives/clock.ts';
import { InvalidOptionError } from '../primitives/invalid-option-error.ts';
import {
  anObject,
  atLeast,
  checkArgument,
  checkOptions,
  integer,
  isRule,
  oneOf,
  type Rule,
  type Rules,
} from '../primitives/options.ts';

/** What the protections remember; each part only where there is something to remember. */
export interface ProtectionMemory {
  readonly breaker: BreakerMemory;
  readonly retryBudget: RetryBudgetMemory;
  /** Only while the limit is adaptive. */
  readonly adaptive?: AdaptiveMemory;
}

/** What a dependency has learned, as JSON, for the process that comes after this one. */
export interface DependencyState extends ProtectionMemory {
  readonly version: 1;
  /** Of the dependency that it came from. */
  readonly name: string;
  /** By the wall clock, since it is read by another process. */
  readonly exportedAtMs: number;
}

export interface RestoreOptions {
  /** A state that is older is rejected. @default 600000 (10 minutes) */
  readonly maxAgeMs?: number | undefined;
}

export const restoreDefaults = { maxAgeMs: 600_000 };

/** The wall clocks of two machines may differ by this: a state that is not older has no age. */
const sameMomentMs = 1000;
/** And by this at most: a state from further ahead is a mistake. */
const maxAheadMs = 60_000;

const count = integer(0, 1_000_000_000);
const durationMs = atLeast(0);
const stateRules: Rules = {
  version: { expected: '1', accepts: (value) => value === 1 },
  name: { expected: 'a string', accepts: (value) => typeof value === 'string' },
  exportedAtMs: durationMs,
  breaker: {
    state: oneOf('closed', 'open', 'half-open', 'isolated'),
    openForMs: durationMs,
    opensInARow: count,
    openedBy: oneOf('failureRatio', 'slowRatio', 'busyCalls'),
    window: { calls: count, failures: count, slowCalls: count },
  },
  retryBudget: { requests: count, retries: count },
  adaptive: { limit: integer(1), usualMs: durationMs },
};
/** Only there while the limit is adaptive. */
const optionalPart = 'adaptive';
const of = 'restoreState';

/**
 * The age of a state, after checking all of it.
 *
 * @throws {InvalidOptionError} naming what is missing, makes no sense, is of another dependency or is too old
 */
export function checkedAgeMs(state: DependencyState, name: string, options: RestoreOptions): number {
  checkOptions(of, options, { maxAgeMs: atLeast(0) });
  checkArgument(of, 'state', state, anObject);
  checkOptions(of, state, stateRules);
  checkComplete(state, stateRules);
  checkArgument(of, 'name', state.name, {
    expected: `"${name}", as this dependency`,
    accepts: (value) => value === name,
  });
  const { calls, failures, slowCalls } = state.breaker.window;
  const atMostCalls: Rule = { expected: `at most breaker.window.calls (${calls})`, accepts: isAtMost(calls) };
  checkArgument(of, 'breaker.window.failures', failures, atMostCalls);
  checkArgument(of, 'breaker.window.slowCalls', slowCalls, atMostCalls);
  return ageMs(state, options.maxAgeMs ?? restoreDefaults.maxAgeMs);
}

/** The rules let every option be left out; a state is whole. */
function checkComplete(part: object, rules: Rules, path = ''): void {
  for (const [field, rule] of Object.entries(rules)) {
    const value = (part as Record<string, unknown>)[field];
    if (value === undefined && field !== optionalPart) {
      throw new InvalidOptionError(`${path}${field}`, 'there', undefined, { of });
    }
    if (value !== undefined && !isRule(rule)) checkComplete(value as object, rule, `${path}${field}.`);
  }
}

const isAtMost = (max: number) => (value: unknown) => (value as number) <= max;

function ageMs({ exportedAtMs }: DependencyState, maxAgeMs: number): number {
  const age = wallClock.now() - exportedAtMs;
  if (age > maxAgeMs || age < -maxAheadMs) {
    const expected = `a moment of the last ${maxAgeMs} ms (maxAgeMs)`;
    throw new InvalidOptionError('exportedAtMs', expected, exportedAtMs, { of });
  }
  return age < sameMomentMs ? 0 : age;
}
