/** An action that can't be done, in words for whoever asked for it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** As an HTTP status would say it. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}
