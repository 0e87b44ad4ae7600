import { atLeast, checkArgument, checkOptions, withMethods } from '@ballast/resilience/primitives';
import { type Context, type HrTime, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import type { ReadableSpan, Span as SdkSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

const localRoot = Symbol('ballast.localRoot');
const remarkable = Symbol('ballast.remarkable');

/** The part of a trace in this process: its topmost span, and finished spans that wait for the decision. */
interface LocalRoot {
  readonly span: Marked;
  waiting: ReadableSpan[];
  isEnded: boolean;
}

type Marked = Pick<Span, 'spanContext'> & { [localRoot]?: LocalRoot; [remarkable]?: true };

/** How many finished spans may wait for one local root: an endless loop must not fill the memory. */
export const maxWaitingSpans = 128;

/**
 * Sets the sampled flag of the span's trace: everything recorded so far in this process is exported, and calls made
 * from now on tell the next service to keep its part. The flag may be set late and is never cleared.
 */
export function keepTrace(span: Marked): void {
  const root = span[localRoot]?.span ?? span;
  root[remarkable] = true;
  markSampled(root);
  markSampled(span);
}

function isSampled(span: Marked): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

function markSampled(span: Marked): void {
  span.spanContext().traceFlags |= TraceFlags.SAMPLED;
}

export interface KeepRemarkableOptions {
  /** A local root span this slow is kept. @default 500 */
  readonly slowMs?: number;
}

const aProcessor = withMethods('a span processor', 'onStart', 'onEnd', 'forceFlush', 'shutdown');

/**
 * A processor for any `NodeSDK` or `TracerProvider`: it passes on to `next` the traces that were sampled, and those
 * that turn out degraded, failed or slow. The sampler has to record what it does not sample: `recordAll`.
 *
 * @example
 * new NodeSDK({
 *   sampler: recordAll({ ratio: 0.1 }),
 *   spanProcessors: [keepRemarkable(new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }))],
 * });
 * @throws {InvalidOptionError} when an argument makes no sense
 */
export function keepRemarkable(next: SpanProcessor, options: KeepRemarkableOptions = {}): SpanProcessor {
  checkArgument('keepRemarkable', 'next', next, aProcessor);
  checkOptions('keepRemarkable', options, { slowMs: atLeast(0) });
  return new KeepRemarkable(next, options.slowMs ?? 500);
}

/**
 * Decides at the end of the local root span what head sampling can't know at its start: whether the trace was
 * degraded, failed or slow. Recording is cheap and exporting is not, so all spans are recorded and few exported.
 */
class KeepRemarkable implements SpanProcessor {
  readonly #next: SpanProcessor;
  readonly #slowMs: number;

  constructor(next: SpanProcessor, slowMs: number) {
    this.#next = next;
    this.#slowMs = slowMs;
  }

  onStart(span: Marked & SdkSpan, parentContext: Context): void {
    this.#next.onStart(span, parentContext);
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
    if (milliseconds(span.duration) >= this.#slowMs) keepTrace(root.span);
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

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1e3 + nanoseconds / 1e6;
}
