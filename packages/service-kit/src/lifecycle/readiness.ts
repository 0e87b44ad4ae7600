import {
  aClock,
  type Clock,
  checkArgument,
  checkOptions,
  integer,
  longestTimerMs,
  type Rule,
  recordOf,
  settleWithin,
  systemClock,
  withMethods,
} from '@ballast/resilience/primitives';
import type { DependencyReport } from '../report/resilience-report.ts';

type RequiredCheck = () => Promise<unknown>;
type OptionalCheck = () => string | undefined;

/** Readiness checks and their bound. */
export interface ReadinessOptions {
  /** What this service can't work without. A check rejects while its dependency is away. */
  readonly required?: Readonly<Record<string, RequiredCheck>>;
  /** What it can work without. A check returns why the dependency is degraded, or undefined. Never gates readiness. */
  readonly optional?: Readonly<Record<string, OptionalCheck>>;
  /** How long one required check may take. @default 1000 */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

export const aReadiness: Rule = withMethods('a readiness', 'check', 'drain');

const checks = recordOf('an object of functions', (check) => typeof check === 'function');

const readinessRules = {
  required: checks,
  optional: checks,
  timeoutMs: integer(1, longestTimerMs),
  clock: aClock,
};

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready' | 'draining';
  /** Why each missing required dependency is missing. */
  readonly missing: Readonly<Record<string, string>>;
  /** Why each degraded optional dependency is degraded. */
  readonly degraded: Readonly<Record<string, string>>;
}

/** Whether this process should get traffic: shared by `/health/ready` and the shutdown. */
export interface Readiness {
  check(): Promise<ReadinessReport>;
  /** Says no from now on, whatever the checks say. */
  drain(): void;
  /** Aborted when draining begins; long answers such as event streams end on it. */
  readonly draining: AbortSignal;
}

/**
 * Makes the readiness of a service.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 * @example createReadiness({ required: { postgres: database.check }, optional: { recommendation:
 * degradedBy(recommendations) } })
 */
export function createReadiness(options: ReadinessOptions = {}): Readiness {
  checkOptions('createReadiness', options, readinessRules);
  const { required = {}, optional = {}, timeoutMs = 1000, clock = systemClock } = options;
  const drained = new AbortController();
  let running: Promise<Record<string, string>> | undefined;

  return {
    draining: drained.signal,
    drain: () => drained.abort(),
    async check() {
      if (drained.signal.aborted) return { status: 'draining', missing: {}, degraded: {} };
      // Shared, so that a burst of probes is one query and not a burst of queries.
      running ??= findMissing(required, timeoutMs, clock).finally(() => {
        running = undefined;
      });
      const missing = await running;
      const status = Object.keys(missing).length > 0 ? 'not-ready' : 'ready';
      return { status, missing, degraded: findDegraded(optional) };
    },
  };
}

/** An optional check that calls a guarded dependency degraded while its breaker is not closed. */
export function degradedBy(dependency: Breakable): () => string | undefined {
  checkArgument('degradedBy', 'dependency', dependency, withMethods('a dependency', 'snapshot'));
  return () => {
    const { state } = dependency.snapshot().policies.breaker;
    return state === 'closed' ? undefined : `breaker ${state}`;
  };
}

/** The part of a dependency that says whether it is asked. */
interface Breakable {
  snapshot(): {
    readonly policies: { readonly breaker: Pick<DependencyReport['policies']['breaker'], 'state'> };
  };
}

async function findMissing(
  required: Readonly<Record<string, RequiredCheck>>,
  timeoutMs: number,
  clock: Clock,
): Promise<Record<string, string>> {
  const findings = await Promise.all(
    Object.entries(required).map(
      async ([name, check]) => [name, await reasonAgainst(check, timeoutMs, clock)] as const,
    ),
  );
  return withoutUndefined(findings);
}

async function reasonAgainst(
  check: RequiredCheck,
  timeoutMs: number,
  clock: Clock,
): Promise<string | undefined> {
  // Inside an async function, so that a check that throws at once counts as one that rejects.
  const settled = await settleWithin((async () => check())(), timeoutMs, clock);
  if (settled.kind === 'done') return undefined;
  return settled.kind === 'failed' ? reasonIn(settled.error) : `no answer within ${timeoutMs} ms`;
}

/** Shown to everybody, so only what an error gives as its reason: a message may name hosts and users. */
function reasonIn(error: unknown): string {
  const { reason } = (error ?? {}) as { reason?: unknown };
  return typeof reason === 'string' ? reason : 'not reachable';
}

function findDegraded(optional: Readonly<Record<string, OptionalCheck>>): Record<string, string> {
  return withoutUndefined(Object.entries(optional).map(([name, check]) => [name, check()] as const));
}

function withoutUndefined(
  entries: readonly (readonly [string, string | undefined])[],
): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]])),
  );
}
