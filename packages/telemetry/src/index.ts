export { InvalidOptionError } from '@ballast/resilience/primitives';
export { type ObservableDependency, observe } from './decisions/observe.ts';
export { createLogger, type Logger, type LoggerOptions, redactedKeys } from './logs/logger.ts';
export { gauge } from './metrics/gauge.ts';
export { shutdownTelemetry } from './sdk/shutdown.ts';
export { asTask } from './traces/as-task.ts';
export { type KeepRemarkableOptions, keepRemarkable } from './traces/keep-remarkable.ts';
export { asAttempt } from './traces/resend-count.ts';
export { recordAll } from './traces/sampling.ts';
