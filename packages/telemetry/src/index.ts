export { InvalidOptionError } from '@ballast/resilience/primitives';
export { type ObservableDependency, observe } from './decisions/observe.ts';
export { type ObservablePool, observePool } from './instrumentation/postgres.ts';
export { createLogger, type Logger, type LoggerOptions } from './logs/logger.ts';
export { redactedKeys } from './logs/secrets.ts';
export { gauge } from './metrics/gauge.ts';
export { shutdownTelemetry } from './sdk/shutdown.ts';
export { asTask } from './traces/as-task.ts';
export { asAttempt } from './traces/resend-count.ts';
