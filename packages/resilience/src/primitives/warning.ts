import { isThenable, promised } from './thenable.ts';

/** Tells the operator of an error that must not reach the call it came up in. Never throws. */
export function warn(error: unknown): void {
  process.emitWarning(warningOf(error));
}

/** The same for what an async function answers where nobody waits for it. */
export function warnIfRejected(result: unknown): void {
  if (isThenable(result)) promised(result).catch(warn);
}

// A copy: Node reads name, message and stack in a later turn, where a getter that throws would end the process.
function warningOf(error: unknown): Error {
  try {
    if (!(error instanceof Error)) return new Error(String(error));
    const { name, message, stack } = error;
    const warning = new Error(String(message));
    Object.defineProperty(warning, 'name', { value: String(name) });
    warning.stack = String(stack);
    return warning;
  } catch {
    return new Error('a function of the user threw what can not be shown');
  }
}
