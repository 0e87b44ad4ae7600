export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { type ObservableDependency, observe } from './observe.ts';
