import { InstrumentationBase } from '@opentelemetry/instrumentation';

const microsecondsPerSecond = 1e6;

/**
 * `process.cpu.time` and `process.memory.usage`, which are enough to see that a process lives and what it uses. The
 * published host metrics read all of the machine and load 80 files to do so.
 */
export class ProcessMetrics extends InstrumentationBase {
  constructor() {
    super('@ballast/instrumentation-process', '0.1.0', { enabled: false });
  }

  override _updateMetricInstruments(): void {
    this.meter.createObservableUpDownCounter('process.memory.usage', { unit: 'By' }).addCallback((result) => {
      result.observe(process.memoryUsage.rss());
    });
    this.meter.createObservableCounter('process.cpu.time', { unit: 's' }).addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / microsecondsPerSecond);
    });
  }

  override init(): undefined {}
}
