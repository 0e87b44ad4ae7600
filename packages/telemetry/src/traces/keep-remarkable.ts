import { type Context, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

const localRoot = Symbol('ballast.localRoot');
const remarkable = Symbol('ballast.remarkable');

/** The part of a trace in this process: its topmost span, and finished spans that wait for the verdict. */
interface LocalRoot {
  readonly span: Marked;
  waiting: ReadableSpan[];
  isEnded: boolean;
}

type Marked = Pick<Span, 'spanContext'> & { [localRoot]?: LocalRoot; [remarkable]?: true };

/** Spans one local root may hold back: a runaway loop must not fill the memory. */
export const maxWaitingSpans = 128;

/**
 * Raises the sampled flag of the span's trace: everything recorded so far in this process is exported, and calls
 * made from now on tell the next service to keep its part. A flag is raised late, never lowered.
 */
export function keepTrace(span: Marked): void {
  const root = span[localRoot]?.span ?? span;
  root[remarkable] = true;
  markSampled(root);
  markSampled(span);
}

/** Whether the trace is sure to be kept, for being degraded, failed or slow. */
export function isRemarkable(span: Marked): boolean {
  return (span[localRoot]?.span ?? span)[remarkable] === true;
}

export function isSampled(span: Marked): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

function markSampled(span: Marked): void {
  span.spanContext().traceFlags |= TraceFlags.SAMPLED;
}

/**
 * Decides at the end of the local root span what head sampling can't know at its start: whether the trace was
 * degraded, failed or slow. Recording is cheap, exporting is not, so all is recorded and little exported.
 */
export class KeepRemarkable implements SpanProcessor {
  readonly #next: SpanProcessor;
  readonly #slowSeconds: number;

  constructor(next: SpanProcessor, options: { slowMs: number }) {
    this.#next = next;
    this.#slowSeconds = options.slowMs / 1000;
  }

  onStart(span: Marked, parentContext: Context): void {
    const parent: Marked | undefined = trace.getSpan(parentContext);
    span[localRoot] = parent?.[localRoot] ?? { span, waiting: [], isEnded: false };
  }

  onEnd(span: ReadableSpan): void {
    const root = (span as Marked)[localRoot];
    if (!root) return;
    if (span.status.code === SpanStatusCode.ERROR) keepTrace(root.span);
    if (root.span === (span as Marked)) this.#endRoot(root, span);
    else if (isSampled(root.span)) this.#export(span);
    else if (!root.isEnded && root.waiting.length < maxWaitingSpans) root.waiting.push(span);
  }

  #endRoot(root: LocalRoot, span: ReadableSpan): void {
    root.isEnded = true;
    if (span.duration[0] + span.duration[1] / 1e9 >= this.#slowSeconds) keepTrace(root.span);
    if (isSampled(root.span)) {
      for (const child of root.waiting) this.#export(child);
      this.#export(span);
    }
    root.waiting = [];
  }

  #export(span: ReadableSpan): void {
    markSampled(span);
    this.#next.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown();
  }
}
