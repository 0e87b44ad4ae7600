import { readFileSync } from 'node:fs';
import { aFunction, checkArgument, InvalidOptionError } from '@ballast/resilience/primitives';
import { type Client, NOOP_PROVIDER, OpenFeature } from '@openfeature/server-sdk';
import { evaluate, type FlagDefinition, parseFlagFile } from './flag-file.ts';
import { FlagFileProvider } from './flag-file-provider.ts';
import type { Flags, FlagsSnapshot, OpenFlagsOptions } from './flags.ts';
import { checkOpenFlags } from './options.ts';
import { pollFile } from './watch-file.ts';

/**
 * Opens flags that follow a file. A missing or malformed file never changes an answer: the last good content stays, or
 * the defaults if there was none, and the file is watched on.
 *
 * @example
 * const flags = openFlags({ file: process.env.FLAGS_FILE, defaults: { 'feature.gift-wrap': true }, logger });
 * if (flags.isOn('feature.gift-wrap')) ...
 * @throws {InvalidOptionError} naming the option, what was expected and what was received
 */
export function openFlags<Key extends string>(options: OpenFlagsOptions<Key>): Flags<Key> {
  checkOpenFlags(options);
  const flags = new FileFlags<Key>(options);
  flags.open();
  return flags;
}

class FileFlags<Key extends string> implements Flags<Key> {
  readonly client: Client;
  readonly #options: OpenFlagsOptions<Key>;
  readonly #domain: string;
  readonly #defaults: Readonly<Record<Key, boolean>>;
  readonly #provider: FlagFileProvider;
  readonly #listeners = new Set<(changedKeys: readonly Key[]) => void>();
  // A Map, not an object: "constructor" must have no answer.
  #values: Map<string, boolean>;
  #flags: ReadonlyMap<string, FlagDefinition> = new Map();
  #problem: string | undefined;
  #stopWatching = () => {};

  constructor(options: OpenFlagsOptions<Key>) {
    this.#options = options;
    this.#domain = options.domain ?? 'ballast';
    this.#defaults = options.defaults;
    this.#values = new Map(Object.entries(this.#defaults));
    this.#provider = new FlagFileProvider(this.#defaults);
    this.client = OpenFeature.getClient(this.#domain);
  }

  open(): void {
    const { file, watch = pollFile } = this.#options;
    OpenFeature.setProvider(this.#domain, this.#provider);
    if (file === undefined) return;
    this.#stopWatching = watch(file, () => this.#read(file)); // before the first read, so that no change is missed
    this.#read(file);
  }

  isOn(key: Key): boolean {
    const value = this.#values.get(key);
    if (value === undefined)
      throw new InvalidOptionError('key', 'a flag that has a default in code', key, { of: 'isOn' });
    return value;
  }

  onChange(listener: (changedKeys: readonly Key[]) => void): () => void {
    checkArgument('onChange', 'listener', listener, aFunction);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): FlagsSnapshot {
    const values = Object.fromEntries(this.#values);
    return this.#problem === undefined ? { values } : { values, problem: this.#problem };
  }

  close(): void {
    this.#stopWatching();
    this.#listeners.clear();
    if (OpenFeature.getProvider(this.#domain) === this.#provider)
      OpenFeature.setProvider(this.#domain, NOOP_PROVIDER);
  }

  /** Reads synchronously: the first request finds the file's content, and one read can't overtake another. */
  #read(file: string): void {
    let content: Buffer;
    try {
      content = readFileSync(file);
    } catch (error) {
      this.#reject(`can't be read: ${(error as Error).message}`);
      return;
    }
    const parsed = parseFlagFile(content, [...this.#values.keys()]);
    if (parsed.ok) this.#accept(parsed.flags);
    else this.#reject(parsed.reason);
  }

  #reject(reason: string): void {
    if (reason === this.#problem) return;
    this.#problem = reason;
    this.#options.logger?.warn(
      { file: this.#options.file, reason },
      'flag file rejected, the last good flags stay',
    );
  }

  #accept(flags: ReadonlyMap<string, FlagDefinition>): void {
    const changedInFile = changedKeys(this.#flags, flags);
    this.#flags = flags;
    this.#provider.replace(flags, changedInFile);
    const before = this.#values;
    this.#values = new Map(
      Object.entries<boolean>(this.#defaults).map(([key, value]) => [key, booleanOf(flags.get(key), value)]),
    );
    const changed = [...this.#values.keys()].filter(
      (key) => before.get(key) !== this.#values.get(key),
    ) as Key[];
    if (this.#problem !== undefined)
      this.#options.logger?.info({ file: this.#options.file }, 'flag file is good again');
    this.#problem = undefined;
    if (changed.length > 0) this.#announce(changed);
  }

  #announce(changed: readonly Key[]): void {
    const values = Object.fromEntries(changed.map((key) => [key, this.isOn(key)]));
    this.#options.logger?.info({ flags: values }, 'flags changed');
    for (const listener of this.#listeners) {
      try {
        listener(changed);
      } catch (error) {
        this.#options.logger?.warn({ err: error }, 'a listener of flags failed');
      }
    }
  }
}

function booleanOf(flag: FlagDefinition | undefined, inCode: boolean): boolean {
  return (evaluate(flag) as boolean | undefined) ?? inCode; // parseFlagFile has checked that it is boolean
}

function changedKeys(
  before: ReadonlyMap<string, FlagDefinition>,
  after: ReadonlyMap<string, FlagDefinition>,
): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  const shown = (flag: FlagDefinition | undefined) => JSON.stringify(evaluate(flag));
  return [...keys].filter((key) => shown(before.get(key)) !== shown(after.get(key)));
}
