import { logs } from '@opentelemetry/api';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect, test } from 'vitest';
import { startTestingSdk } from '../sdk/testing-sdk.ts';
import { observeFlags } from './flag-events.ts';

startTestingSdk();
const exporter = new InMemoryLogRecordExporter();
logs.setGlobalLoggerProvider(
  new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] }),
);

function flagsOf(values: Record<string, boolean>) {
  const listeners = new Set<(changed: readonly string[]) => void>();
  return {
    isOn: (key: string) => values[key] === true,
    onChange: (listener: (changed: readonly string[]) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(key: string, value: boolean) {
      values[key] = value;
      for (const listener of listeners) listener([key]);
    },
  };
}

test('a flag that changes writes one event with its key and what it is now', () => {
  const flags = flagsOf({ 'protection.breaker': true });
  const stop = observeFlags(flags);
  flags.set('protection.breaker', false);
  stop();
  flags.set('protection.breaker', true);
  expect(exporter.getFinishedLogRecords()).toMatchObject([
    {
      eventName: 'feature_flag.evaluation',
      body: 'protection.breaker is off',
      attributes: {
        'feature_flag.key': 'protection.breaker',
        'feature_flag.result.variant': 'off',
        'feature_flag.provider.name': 'ballast-flag-file',
      },
    },
  ]);
});
