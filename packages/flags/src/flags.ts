import type { Client } from '@openfeature/server-sdk';
import type { WatchFile } from './watch-file.ts';

export interface OpenFlagsOptions<Key extends string> {
  /** Every flag that code asks for, and its value where the file gives none. */
  readonly defaults: Readonly<Record<Key, boolean>>;
  /** A flagd-format JSON file. Without one the defaults stay. */
  readonly file?: string | undefined;
  /** Gets one line per change and per problem; pino fits. */
  readonly logger?: FlagLogger | undefined;
  /** The OpenFeature domain the provider is registered for. @default 'ballast' */
  readonly domain?: string | undefined;
  /** @default polling every 250 ms */
  readonly watch?: WatchFile | undefined;
}

export interface FlagLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface FlagsSnapshot {
  readonly values: Readonly<Record<string, boolean>>;
  /** Why the file was rejected as it is now. */
  readonly problem?: string;
}

export interface Flags<Key extends string = string> {
  /**
   * The same answer the OpenFeature client gives, without a promise: one look into a map, cheap enough for every
   * request.
   *
   * @throws {InvalidOptionError} for a key without a default: a typo must not read as "off"
   */
  isOn(key: Key): boolean;
  /** Calls the listener after one or more flags changed their value; returns how to stop. */
  onChange(listener: (changedKeys: readonly Key[]) => void): () => void;
  /** The OpenFeature client, for hooks, other types than boolean, and tools that expect one. */
  readonly client: Client;
  snapshot(): FlagsSnapshot;
  /** Stops watching; `isOn` keeps its last answers. */
  close(): void;
}
