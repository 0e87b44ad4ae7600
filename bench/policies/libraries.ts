import {
  type CallContext,
  type Dependency,
  type DependencyOptions,
  defaultAnswer,
  dependency,
  type PolicyOptions,
  standardPolicy,
} from '@ballast/resilience';
import * as cockatiel from 'cockatiel';
import * as mollitia from 'mollitia';
import UntypedOpossum from 'opossum';

/** One way to make a guarded call. */
export type Subject = () => Promise<unknown>;
export type Work = (input: number, context: CallContext) => Promise<number>;
/** Work for libraries that pass on nothing but the input. */
export type PlainWork = (input: number) => Promise<number>;

interface OpossumBreaker {
  fire(input: number): Promise<number>;
  fallback(answer: () => number): void;
  open(): void;
}
// Opossum has no types of its own, and ours cover only what the package uses.
const Opossum = UntypedOpossum as unknown as new (work: PlainWork, options: object) => OpossumBreaker;

const lean = { timeout: false, rollingPercentilesEnabled: false, enableSnapshots: false };

export function opossum(work: PlainWork, options: object = {}): Subject {
  const breaker = new Opossum(work, options);
  return () => breaker.fire(1);
}

export const leanOpossum = (work: PlainWork, options: object = {}): Subject =>
  opossum(work, { ...lean, ...options });

export function openOpossum(): Subject {
  const breaker = new Opossum(async () => 1, { resetTimeout: 3_600_000 });
  breaker.fallback(() => 0);
  breaker.open();
  return () => breaker.fire(1);
}

function cockatielBreaker(windowMs = 10_000) {
  const breaker = new cockatiel.SamplingBreaker({ threshold: 0.999, duration: windowMs });
  return cockatiel.circuitBreaker(cockatiel.handleAll, { halfOpenAfter: 5000, breaker });
}

export function cockatielBreakerAlone(work: PlainWork): Subject {
  const breaker = cockatielBreaker();
  return () => breaker.execute(() => work(1));
}

/** The shape of our standard policy: fallback, retry, bulkhead, breaker, timeout. */
export function cockatielPipeline(work: PlainWork, maxAttempts = 1, windowMs?: number): Subject {
  const pipeline = cockatiel.wrap(
    cockatiel.fallback(cockatiel.handleAll, 0),
    cockatiel.retry(cockatiel.handleAll, { maxAttempts, backoff: new cockatiel.ExponentialBackoff() }),
    cockatiel.bulkhead(128, 128),
    cockatielBreaker(windowMs),
    cockatiel.timeout(500, cockatiel.TimeoutStrategy.Cooperative),
  );
  return () => pipeline.execute(() => work(1));
}

export function openCockatiel(): Subject {
  const breaker = cockatielBreaker();
  breaker.isolate();
  const pipeline = cockatiel.wrap(cockatiel.fallback(cockatiel.handleAll, 0), breaker);
  return () => pipeline.execute(async () => 1);
}

export function mollitiaPipeline(work: PlainWork, attempts = 1): Subject {
  const circuit = new mollitia.Circuit({
    func: work,
    options: {
      modules: [
        new mollitia.Retry({ attempts }),
        new mollitia.Bulkhead({ concurrentSize: 128, queueSize: 128 }),
        new mollitia.SlidingTimeBreaker({ slidingWindowSize: 10_000, failureRateThreshold: 100 }),
        new mollitia.Timeout({ delay: 500 }),
      ],
    },
  });
  return () => circuit.execute(1);
}

export function openMollitia(): Subject {
  const state = mollitia.BreakerState.OPENED;
  const modules = [new mollitia.SlidingCountBreaker({ state, openStateDelay: 3_600_000 })];
  const circuit = new mollitia.Circuit({ func: async () => 1, options: { modules } });
  // Its fallback can only replace one error by another, so the answer has to come from outside.
  return () => circuit.execute(1).catch(() => 0);
}

type Options = Partial<DependencyOptions<number, number>>;

export function guard(
  work: Work,
  policy: PolicyOptions = {},
  options: Options = {},
): Dependency<number, number> {
  const { bulkhead, ...rest } = policy;
  const roomy = { maxConcurrent: 128, maxQueue: 128, ...bulkhead };
  return dependency<number, number>({
    name: 'bench',
    call: work,
    idempotent: true,
    policy: standardPolicy({ bulkhead: roomy, ...rest }),
    degrade: [defaultAnswer(() => 0)],
    ...options,
  });
}

export function ballast(work: Work, policy: PolicyOptions = {}, options: Options = {}): Subject {
  const guarded = guard(work, policy, options);
  return () => guarded.call(1);
}

export function openBallast(): Subject {
  const guarded = guard(async () => 1);
  guarded.isolate();
  return () => guarded.call(1);
}

const off = { enabled: false };
/** Every protection off: a pipeline that does nothing. */
export const nothing = { deadline: off, bulkhead: off, retry: off, breaker: off, timeout: off };
