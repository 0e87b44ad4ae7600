/** The word that stands for an error in answers, events and counts: its `code`, else its name. */
export function errorCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'E_UNKNOWN';
}
