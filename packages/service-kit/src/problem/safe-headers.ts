import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Logger } from '../process/logger.ts';

/**
 * Drops headers that can't be sent. Node throws on CR, LF and the like, so one odd value taken from a request
 * would turn a good answer into a 500, as has happened with baggage.
 */
export function safeHeaders(headers: Record<string, string> = {}, logger?: Logger): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => isSendable(name, value, logger)),
  );
}

function isSendable(name: string, value: string, logger: Logger | undefined): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    logger?.warn({ header: name.slice(0, 60) }, 'dropped a header that can not be sent');
    return false;
  }
}
