import { env } from 'node:process';

// The SDK costs 50 MB and a third of a second, so it is loaded only when there is somewhere to send telemetry to.
if (env.OTEL_EXPORTER_OTLP_ENDPOINT && env.OTEL_SDK_DISABLED !== 'true') {
  const { startSdk } = await import('./sdk/start-sdk.ts');
  await startSdk();
}
