import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { meter } from '../scope.ts';

const nanosecondsPerSecond = 1e9;
const microsecondsPerSecond = 1e6;

/** Measures what may make a service slow from inside, at each export: event loop, memory, processor time. */
export function observeRuntime(): void {
  const gauges = meter();
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  gauges.createObservableGauge('nodejs.eventloop.delay.p99', { unit: 's' }).addCallback((result) => {
    result.observe(loop.percentile(99) / nanosecondsPerSecond);
    loop.reset();
  });
  let last = performance.eventLoopUtilization();
  gauges.createObservableGauge('nodejs.eventloop.utilization').addCallback((result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  });
  gauges.createObservableGauge('process.memory.usage', { unit: 'By' }).addCallback((result) => {
    result.observe(process.memoryUsage.rss());
  });
  gauges.createObservableCounter('process.cpu.time', { unit: 's' }).addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe((user + system) / microsecondsPerSecond);
  });
}
