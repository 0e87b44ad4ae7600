// Somebody's own set-up of OpenTelemetry: node --import ./telemetry.ts shop.ts
import { register } from 'node:module';
import { keepRemarkable, recordAll } from '@ballast/telemetry';
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';

// Instrumentations see the imports of these modules.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
  data: { include: ['express', 'pg'] },
});

const sdk = new NodeSDK({
  // One order in ten, and in any case those that failed, were degraded or were slow.
  sampler: recordAll({ ratio: 0.1 }),
  spanProcessors: [keepRemarkable(new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }))],
  instrumentations: getNodeAutoInstrumentations(),
});
sdk.start();
process.once('SIGTERM', () => sdk.shutdown().finally(() => process.exit()));
