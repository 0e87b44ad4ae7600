/** One expectation of a scenario, with what was measured. */
export interface CheckResult {
  readonly says: string;
  readonly expected: string;
  readonly measured: string;
  /** `null` while the run has not ended. */
  readonly holds: boolean | null;
}
