import type { Client } from '@openfeature/server-sdk';
import type { WatchFile } from './watch-file.ts';

export interface OpenFlagsOptions<Key extends string> {
  /** A flagd-format JSON file. Absent: the defaults, for ever. */
  file?: string | undefined;
  /** Every flag that code asks for, and what it is when no file says otherwise. @default flagDefaults */
  defaults?: Readonly<Record<Key, boolean>>;
  /** One line per change and per problem; pino fits. */
  logger?: FlagLogger | undefined;
  /** The OpenFeature domain the provider is registered for. @default 'ballast' */
  domain?: string;
  /** @default polling every 250 ms */
  watch?: WatchFile;
}

export interface FlagLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface FlagsSnapshot {
  values: Record<string, boolean>;
  /** Why the file as it is now was not taken over. */
  problem?: string;
}

export interface Flags<Key extends string = string> {
  /** The same answer the OpenFeature client gives, without a promise: a property read, fit for every request. */
  isOn(key: Key): boolean;
  /** Called after one or more flags changed their value; returns how to stop. */
  onChange(listener: (changedKeys: readonly Key[]) => void): () => void;
  /** The OpenFeature client, for hooks, other types than boolean, and tools that expect one. */
  readonly client: Client;
  snapshot(): FlagsSnapshot;
  /** Stops watching; `isOn` keeps its last answers. */
  close(): void;
}
