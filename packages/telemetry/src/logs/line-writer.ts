import type { Clock } from '@ballast/resilience/primitives';

export interface LineWriterOptions {
  /** Writes without waiting and gives how many bytes were taken; throws EAGAIN where it would have to wait. */
  readonly write: (bytes: Buffer) => number;
  readonly clock: Clock;
  /** Bytes that wait for a slow reader. What does not fit is dropped. */
  readonly maxBufferedBytes: number;
  /** Called when lines are dropped, with the code of the reason. */
  readonly onDrop: (code: string, lines: number) => void;
  /** The line that tells a reader, once lines arrive again, how many did not. */
  readonly noticeOf: (dropped: number) => string;
}

const retryMs = 50;
const endPauseMs = 10;
const maxEndMs = 500;

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'unknown';

/**
 * Writes lines and never throws, waits or retries in a loop: what can't be written is dropped and counted, and the next
 * line is tried as if nothing had happened. Logs are for people; a full disk under them, or a reader that is gone,
 * must not end what they tell of. Only a reader that is slow is waited for, with a bounded number of bytes.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  /** A line was begun and not ended, as its rest was dropped. */
  #isInLine = false;

  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  write(line: string): void {
    if (this.#waiting.length > 0) {
      this.#append(Buffer.from(line));
      return;
    }
    const unreported = this.#dropped;
    this.#dropped = 0;
    this.#writeNow([Buffer.from(this.#lineBreak() + this.#notice(unreported) + line)]);
    if (this.#dropped > 0) this.#dropped += unreported;
  }

  /** The last attempt, with pauses of a slow reader's length; for the end of the process. */
  end(pause: (pauseMs: number) => void): void {
    for (let waitedMs = 0; this.#waiting.length > 0; waitedMs += endPauseMs) {
      this.#writeNow(this.#takeWaiting());
      if (waitedMs >= maxEndMs) this.#drop(this.#takeWaiting(), 'EAGAIN');
      if (this.#waiting.length > 0) pause(endPauseMs);
    }
  }

  #append(bytes: Buffer): void {
    if (this.#waitingBytes + bytes.length > this.#options.maxBufferedBytes) {
      this.#drop([bytes], 'EAGAIN');
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  #writeNow(lines: readonly Buffer[]): void {
    for (const [index, line] of lines.entries()) {
      const { rest, code } = this.#writeLine(line);
      if (code === undefined) continue;
      const unwritten = [rest, ...lines.slice(index + 1)];
      if (code === 'EAGAIN') this.#wait(unwritten);
      else this.#drop(unwritten, code);
      return;
    }
  }

  /** What of a line is left, and why. */
  #writeLine(line: Buffer): { rest: Buffer; code?: string } {
    let rest = line;
    try {
      while (rest.length > 0) {
        const taken = this.#options.write(rest);
        if (taken > 0) this.#isInLine = taken < rest.length;
        rest = rest.subarray(taken);
      }
      return { rest };
    } catch (error) {
      return { rest, code: codeOf(error) };
    }
  }

  #wait(lines: readonly Buffer[]): void {
    for (const line of lines) this.#append(line);
    this.#options.clock.setTimer(() => this.#writeNow(this.#takeWaiting()), retryMs, 'background');
  }

  #takeWaiting(): Buffer[] {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return lines;
  }

  #drop(lines: readonly Buffer[], code: string): void {
    if (lines.length === 0) return;
    this.#dropped += lines.length;
    this.#options.onDrop(code, lines.length);
  }

  #lineBreak(): string {
    return this.#isInLine ? '\n' : '';
  }

  #notice(unreported: number): string {
    return unreported > 0 ? this.#options.noticeOf(unreported) : '';
  }
}
