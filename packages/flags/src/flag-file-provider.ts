import {
  ErrorCode,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import { evaluate, type FlagDefinition } from './flag-file.ts';

/** Resolves flags from definitions in memory, and announces to OpenFeature which ones a new file has changed. */
export class FlagFileProvider implements Provider {
  readonly metadata = { name: 'ballast-flag-file' } as const;
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly #defaults: Readonly<Record<string, boolean>>;
  #flags: ReadonlyMap<string, FlagDefinition> = new Map();

  constructor(defaults: Readonly<Record<string, boolean>>) {
    this.#defaults = defaults;
  }

  replace(flags: ReadonlyMap<string, FlagDefinition>, flagsChanged: string[]): void {
    this.#flags = flags;
    if (flagsChanged.length > 0) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
  }

  async resolveBooleanEvaluation(key: string, fallback: boolean): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(key, fallback);
  }

  async resolveStringEvaluation(key: string, fallback: string): Promise<ResolutionDetails<string>> {
    return this.#resolve(key, fallback);
  }

  async resolveNumberEvaluation(key: string, fallback: number): Promise<ResolutionDetails<number>> {
    return this.#resolve(key, fallback);
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    fallback: T,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(key, fallback);
  }

  #resolve<T extends JsonValue>(key: string, fallback: T): ResolutionDetails<T> {
    const flag = this.#flags.get(key);
    const inCode = Object.hasOwn(this.#defaults, key) ? this.#defaults[key] : undefined;
    if (!flag && inCode === undefined) {
      return {
        value: fallback,
        errorCode: ErrorCode.FLAG_NOT_FOUND,
        reason: StandardResolutionReasons.ERROR,
      };
    }
    const fromFile = evaluate(flag);
    const value = fromFile ?? inCode ?? fallback;
    if (typeof value !== typeof fallback) {
      return { value: fallback, errorCode: ErrorCode.TYPE_MISMATCH, reason: StandardResolutionReasons.ERROR };
    }
    if (fromFile === undefined) return { value: value as T, reason: reasonWithoutValue(flag) };
    const variant = flag?.defaultVariant as string;
    return { value: value as T, variant, reason: StandardResolutionReasons.STATIC };
  }
}

function reasonWithoutValue(flag: FlagDefinition | undefined): string {
  const { DISABLED, DEFAULT } = StandardResolutionReasons;
  return flag?.state === 'DISABLED' ? DISABLED : DEFAULT;
}
