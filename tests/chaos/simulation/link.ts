/** How messages travel between two machines. */
export type Link = {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Each way. */
  readonly lossRatio: number;
  readonly duplicateRatio: number;
  /** Share of the messages that arrive late, each way. */
  readonly lateRatio: number;
  /** How late those are: by this or up to twice as much. */
  readonly lateMs: number;
  /** How long the caller waits for an answer at most. */
  readonly timeoutMs: number;
};
