/** An action that can't be done, with a detail for the user who asked for it. */
export class RejectedActionError extends Error {
  override readonly name = 'RejectedActionError';
  /** The HTTP status that says so. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}
