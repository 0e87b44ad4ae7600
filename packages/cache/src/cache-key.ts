import { hash } from 'node:crypto';

/** Keys are often built from what a caller sent, so an unusable one is not cached, and the request does not fail. */
export function isUsableKey(key: unknown, maxKeyBytes: number): key is string {
  return typeof key === 'string' && key !== '' && key.isWellFormed() && Buffer.byteLength(key) <= maxKeyBytes;
}

/** Hashed: of fixed length, free of separators, and no customer's id is readable in Redis or its slow log. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'base64url');
}
