import type { Dependency, DependencyPatch, LoadShedder } from '@ballast/resilience';

/** What is read of the flags of @ballast/flags. */
export interface FlagSource {
  isOn(key: string): boolean;
  onChange(listener: () => void): () => void;
}

/** Every protection that can be switched while calls run; the flag is `protection.<name>`, and on by default. */
export const protectionNames = [
  'breaker',
  'bulkhead',
  'retry-budget',
  'timeouts',
  'fallback',
  'cache',
  'shedding',
  'deadline',
] as const;
export type ProtectionName = (typeof protectionNames)[number];
export type ProtectionFlag = `protection.${ProtectionName}`;

export const protectionFlag = (name: ProtectionName): ProtectionFlag => `protection.${name}`;

export const protectionFlags: readonly ProtectionFlag[] = protectionNames.map(protectionFlag);

/** The flags of all protections and what they are when no file says otherwise, for `openFlags({ defaults })`. */
export const protectionDefaults = Object.fromEntries(protectionFlags.map((flag) => [flag, true])) as Readonly<
  Record<ProtectionFlag, boolean>
>;

interface ProtectedParts {
  readonly dependencies: readonly Pick<Dependency<never, unknown>, 'configure'>[];
  readonly shedder: Pick<LoadShedder, 'configure'> | undefined;
  readonly caches: readonly { configure(settings: { enabled: boolean }): void }[];
}

type Switch = (parts: ProtectedParts, enabled: boolean) => void;

const onDependencies =
  (patch: (enabled: boolean) => DependencyPatch): Switch =>
  ({ dependencies }, enabled) => {
    for (const dependency of dependencies) dependency.configure(patch(enabled));
  };

const switches: Readonly<Record<ProtectionName, Switch>> = {
  breaker: onDependencies((enabled) => ({ breaker: { enabled } })),
  bulkhead: onDependencies((enabled) => ({ bulkhead: { enabled } })),
  'retry-budget': onDependencies((enabled) => ({ retry: { budget: { enabled } } })),
  timeouts: onDependencies((enabled) => ({ timeout: { enabled } })),
  fallback: onDependencies((enabled) => ({ fallback: { enabled } })),
  cache({ caches }, enabled) {
    for (const cache of caches) cache.configure({ enabled });
  },
  shedding: ({ shedder }, enabled) => shedder?.configure({ enabled }),
  deadline: onDependencies((enabled) => ({ deadline: { enabled } })),
};

/**
 * Switches protections by flag while calls run, so that the same fault can be watched with and without them.
 * What a flag never turned off is left as its dependency was made.
 *
 * @returns how to stop following the flags
 */
export function applyProtections(
  flags: FlagSource,
  dependencies: ProtectedParts['dependencies'],
  shedder?: ProtectedParts['shedder'],
  caches: ProtectedParts['caches'] = [],
): () => void {
  const parts = { dependencies, shedder, caches };
  const off = new Set<ProtectionName>();

  function follow(): void {
    for (const name of protectionNames) {
      const enabled = flags.isOn(protectionFlag(name));
      if (enabled === !off.has(name)) continue;
      switches[name](parts, enabled);
      if (enabled) off.delete(name);
      else off.add(name);
    }
  }

  follow();
  return flags.onChange(follow);
}
