/** One check of a scenario, with what was measured. */
export interface CheckResult {
  readonly says: string;
  /** What must be measured with the protections. */
  readonly expected: string;
  readonly measured: string;
  /** Whether what is expected was measured; `null` while the run has not ended. */
  readonly holds: boolean | null;
  /** What is declared of this variant: that it holds, or how it breaks. */
  readonly declared: string;
  /** `null` while the run has not ended, and without a verdict. */
  readonly isAsDeclared: boolean | null;
}
