/**
 * Known defects of the libraries that this package learned from. known-defects.test.ts shows that this package has
 * none of them; nightly/known-defects-elsewhere.test.ts shows that the libraries still have them, so that the list
 * stays true.
 */
export const defectsOfOpossum = [
  'one timeout aborts every call in flight',
  'a timeout frees the permit while the work still runs',
  'too many callers at once open the breaker',
  'a success from before the trip closes a half-open breaker',
  'a probe that hangs keeps the breaker half-open for ever',
  'failures from before it opened open it again right after it has closed',
  'a breaker opened by hand closes itself',
  'every call sets a timer of its own',
] as const;

export const defectsOfCockatiel = [
  'failures still count after an hour without a call',
  'callers behind a half-open probe wait for it without bound',
  'a backoff goes on after the caller has cancelled',
  'a latecomer takes the permit a queued call was waiting for',
] as const;

/** Reported of libraries in other languages too; each with the test that was red here before it was mended. */
export const defectsInPublicIssues = [
  ['opossum#540', 'a 404 or a 400 is answered by the fallback', '01-callers-fault.test.ts'],
  ['resilience4j#780', "an ignored error takes a probe's place for good", '01-callers-fault.test.ts'],
  ['undici#2953', 'the reason of a failure is lost in "fetch failed"', '02-error-never-lost.test.ts'],
  ['go-zero#5011', 'the throttle rejects all of a healthy dependency', '03-throttle.test.ts'],
  ['Envoy#33739', 'the throttle rejects most calls after one early failure', '03-throttle.test.ts'],
  ['got#525', 'a stall of the own process times answered calls out', '04-own-stall.test.ts'],
  ['p-timeout#16', 'nothing times out any more after fake timers', '05-swapped-timers.test.ts'],
  ['p-queue#200', 'a queued call runs in the context of another caller', '06-callers-never-meet.test.ts'],
  [
    'concurrency-limits#134',
    'the adaptive limit takes the queue it makes for usual',
    '08-adaptive-limit.test.ts',
  ],
  ['concurrency-limits#165', 'the adaptive limit of a full server grows', '08-adaptive-limit.test.ts'],
  ['resilience4j#682', 'a cancel weighs more than a slow answer', '11-time.test.ts'],
  ['resilience4j#650', 'one breaker per host leaks one per host', '14-keyed.test.ts'],
  [
    'resilience4j#1597',
    'a dependency that hangs is noticed at the first timeout only',
    '17-in-flight-too-slow.test.ts',
  ],
  ['undici#1987', 'a body hangs although its request has a timeout', '18-streams.test.ts'],
  ['opossum#504', 'a restart forgets which breaker was open', '19-state.test.ts'],
  [
    'lru-cache#157',
    'a clock that steps back keeps entries fresh',
    '../../../cache/test/bitten/11-wall-clock.test.ts',
  ],
] as const;

/** For each defect, whether it is there. */
export type Shown<Defect extends string> = Readonly<Record<Defect, () => Promise<boolean>>>;
