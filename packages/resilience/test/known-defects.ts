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

/** For each defect, whether it is there. */
export type Shown<Defect extends string> = Readonly<Record<Defect, () => Promise<boolean>>>;
