/** The loader of `fetch` took longer than `loadTimeoutMs`; its signal was aborted with this. */
export class CacheLoadTimeoutError extends Error {
  readonly code = 'E_CACHE_LOAD_TIMEOUT';
  override readonly name = 'CacheLoadTimeoutError';

  constructor(cache: string, loadTimeoutMs: number) {
    super(`cache "${cache}": no value within loadTimeoutMs (${loadTimeoutMs} ms)`);
  }
}

/** The loader of `fetch` returned something the cache's schema refuses, so it was neither cached nor served. */
export class CacheInvalidValueError extends Error {
  readonly code = 'E_CACHE_INVALID_VALUE';
  override readonly name = 'CacheInvalidValueError';

  constructor(cache: string) {
    super(`cache "${cache}": the loaded value does not match the schema or is not JSON`);
  }
}

/** `close()` was called while the loader of `fetch` ran. */
export class CacheClosedError extends Error {
  readonly code = 'E_CACHE_CLOSED';
  override readonly name = 'CacheClosedError';

  constructor(cache: string) {
    super(`cache "${cache}" was closed`);
  }
}

/** An option that makes no sense; thrown where it is given, not where it hurts. */
export class InvalidOptionError extends TypeError {
  readonly code = 'E_INVALID_OPTION';
  override readonly name = 'InvalidOptionError';
  readonly option: string;
  readonly expected: string;
  readonly received: unknown;

  /** @param wrong what to tell; without `received` where that may be a secret */
  constructor(where: string, wrong: { option: string; expected: string; received?: unknown }) {
    const { option, expected, received } = wrong;
    const told = 'received' in wrong ? `, received ${String(received)}` : '';
    super(`${where}: ${option} must be ${expected}${told}`);
    this.option = option;
    this.expected = expected;
    this.received = received;
  }
}
