export { asTask } from './as-task.ts';
export { gauge } from './gauge.ts';
export { type ObservablePool, observePool } from './instrumentation/postgres.ts';
export { createLogger, type Logger, type LoggerOptions, redactedKeys } from './logger.ts';
export { type ObservableDependency, observe } from './observe.ts';
export { asAttempt } from './resend-count.ts';
export { shutdownTelemetry } from './shutdown.ts';
