import { setTimeout as delay } from 'node:timers/promises';

/** Readiness checks and their bound. */
export interface ReadinessOptions {
  /** What this service can't work without. A check rejects while its dependency is away. */
  required?: Record<string, () => Promise<unknown>>;
  /** What it can work without. A check returns why the dependency is degraded, or undefined. Never gates readiness. */
  optional?: Record<string, () => string | undefined>;
  /** How long one required check may take. @default 1000 */
  timeoutMs?: number;
}

export interface ReadinessReport {
  status: 'ready' | 'not-ready' | 'draining';
  /** Why each missing required dependency is missing. */
  missing: Record<string, string>;
  /** Why each degraded optional dependency is degraded. */
  degraded: Record<string, string>;
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
 * @example createReadiness({ required: { postgres: database.check }, optional: { recommendation:
 * degradedBy(recommendations) } })
 */
export function createReadiness(options: ReadinessOptions = {}): Readiness {
  const { required = {}, optional = {}, timeoutMs = 1000 } = options;
  const drained = new AbortController();
  let running: Promise<Record<string, string>> | undefined;

  return {
    draining: drained.signal,
    drain: () => drained.abort(),
    async check() {
      if (drained.signal.aborted) return { status: 'draining', missing: {}, degraded: {} };
      // Shared, so that a burst of probes is one query and not a burst of queries.
      running ??= findMissing(required, timeoutMs).finally(() => {
        running = undefined;
      });
      const missing = await running;
      const status = Object.keys(missing).length > 0 ? 'not-ready' : 'ready';
      return { status, missing, degraded: findDegraded(optional) };
    },
  };
}

/** An optional check that calls a guarded dependency degraded while its breaker is not closed. */
export function degradedBy(dependency: {
  snapshot(): { policies: { breaker?: { state: string } | undefined } };
}): () => string | undefined {
  return () => {
    const state = dependency.snapshot().policies.breaker?.state ?? 'closed';
    return state === 'closed' ? undefined : `breaker ${state}`;
  };
}

async function findMissing(required: Record<string, () => Promise<unknown>>, timeoutMs: number) {
  const names = Object.keys(required);
  const reasons = await Promise.all(Object.values(required).map((check) => reasonAgainst(check, timeoutMs)));
  return Object.fromEntries(
    names.flatMap((name, i) => (reasons[i] === undefined ? [] : [[name, reasons[i]]])),
  );
}

async function reasonAgainst(check: () => Promise<unknown>, timeoutMs: number): Promise<string | undefined> {
  const done = new AbortController();
  const timedOut = delay(timeoutMs, `no answer within ${timeoutMs} ms`, { signal: done.signal });
  timedOut.catch(() => {});
  try {
    const failure = check().then(
      () => undefined,
      () => 'not reachable',
    );
    return await Promise.race([failure, timedOut]);
  } finally {
    done.abort();
  }
}

function findDegraded(optional: Record<string, () => string | undefined>): Record<string, string> {
  const entries = Object.entries(optional).map(([name, check]) => [name, check()] as const);
  return Object.fromEntries(
    entries.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]])),
  );
}
