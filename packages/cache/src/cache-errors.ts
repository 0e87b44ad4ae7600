/** The loader of `fetch` took longer than `loadTimeoutMs`; its signal was aborted with this. */
export class CacheLoadTimeoutError extends Error {
  readonly code = 'E_CACHE_LOAD_TIMEOUT';
  override readonly name = 'CacheLoadTimeoutError';

  constructor(cache: string, loadTimeoutMs: number) {
    super(`cache "${cache}": no value within loadTimeoutMs (${loadTimeoutMs} ms)`);
  }
}

/** The loader of `fetch` returned something that does not match the schema: it was neither cached nor served. */
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
