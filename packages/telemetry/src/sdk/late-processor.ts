import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/**
 * A processor that is made when the first span ends. NodeSDK is given its processors before it has the meters on which
 * they count what they drop.
 */
export class LateProcessor implements SpanProcessor {
  readonly #make: () => SpanProcessor;
  #made: SpanProcessor | undefined;

  constructor(make: () => SpanProcessor) {
    this.#make = make;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.#made ??= this.#make();
    this.#made.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await this.#made?.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.#made?.shutdown();
  }
}
