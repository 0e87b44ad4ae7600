const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED } = process.env;
if (OTEL_EXPORTER_OTLP_ENDPOINT && OTEL_SDK_DISABLED !== 'true') await import('./start-sdk.ts');

export {};
