const maxChars = 200;

/**
 * A path as a JSON Pointer (RFC 6901). It holds the caller's own text: cut, and well-formed before it goes back out.
 */
export function jsonPointer(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return steps.join('').slice(0, maxChars).toWellFormed();
}
