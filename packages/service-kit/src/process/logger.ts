import { type Rule, withMethods } from '@ballast/resilience/primitives';

/** What the kit needs of a logger: the shape of pino, so `createLogger` of @ballast/telemetry fits as it is. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

export const aLogger: Rule = withMethods('a logger', 'debug', 'info', 'warn', 'error', 'fatal');

const nothing = (): void => {};

/** Says nothing; the default where a logger is optional. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};
