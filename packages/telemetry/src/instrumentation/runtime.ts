import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';

const nanosecondsPerSecond = 1e9;

/** What explains a slow service from inside, read at each export: event loop, memory, processor time. */
export function observeRuntime(): void {
  const meter = metrics.getMeter('@ballast/telemetry');
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  meter.createObservableGauge('nodejs.eventloop.delay.p99', { unit: 's' }).addCallback((result) => {
    result.observe(loop.percentile(99) / nanosecondsPerSecond);
    loop.reset();
  });
  let last = performance.eventLoopUtilization();
  meter.createObservableGauge('nodejs.eventloop.utilization').addCallback((result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  });
  meter.createObservableGauge('process.memory.usage', { unit: 'By' }).addCallback((result) => {
    result.observe(process.memoryUsage.rss());
  });
  meter.createObservableCounter('process.cpu.time', { unit: 's' }).addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe((user + system) / 1e6);
  });
}
