import { z } from 'zod';
import type { EntryRejection } from './cache-events.ts';
import { frozenOutput, parseJson, type Schema } from './schema.ts';

const envelopeVersion = 1;
// Replicas' clocks differ by milliseconds. An entry from further ahead would look fresh for as long as it is ahead.
const maxClockSkewMs = 60_000;

const envelopeSchema = z.strictObject({
  v: z.literal(envelopeVersion),
  k: z.string(),
  t: z.number().int().nonnegative(),
  d: z.unknown(),
});

export interface Expected<T> {
  readonly keyHash: string;
  readonly nowMs: number;
  readonly maxBytes: number;
  readonly schema: Schema<T>;
}

export type Opened<T> =
  | { readonly ok: true; readonly value: T; readonly storedAtMs: number; readonly bytes: number }
  | { readonly ok: false; readonly reason: EntryRejection };

/** Wraps a value that is JSON text already. */
export function seal(keyHash: string, storedAtMs: number, valueJson: string): string {
  // Whole milliseconds, whatever the clock counts: a reader rejects a fraction as a foreign envelope.
  return `{"v":${envelopeVersion},"k":"${keyHash}","t":${Math.floor(storedAtMs)},"d":${valueJson}}`;
}

/** Checks everything: anyone may have written under our key, and a deploy may have changed the schema. */
export function open<T>(text: string, expected: Expected<T>): Opened<T> {
  const bytes = Buffer.byteLength(text);
  if (bytes > expected.maxBytes) return { ok: false, reason: 'oversized' };
  const json = parseJson(text);
  if (json === undefined) return { ok: false, reason: 'not-json' };
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return { ok: false, reason: 'foreign-envelope' };
  const { k, t, d } = envelope.data;
  if (k !== expected.keyHash) return { ok: false, reason: 'other-key' };
  if (t > expected.nowMs + maxClockSkewMs) return { ok: false, reason: 'from-the-future' };
  const parsed = frozenOutput(expected.schema, d);
  return parsed.ok
    ? { ok: true, value: parsed.value, storedAtMs: t, bytes }
    : { ok: false, reason: 'schema' };
}
