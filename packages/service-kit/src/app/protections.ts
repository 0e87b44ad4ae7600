import type { Dependency, DependencyPatch, LoadShedder } from '@ballast/resilience';

/** What is read of the flags of @ballast/flags. */
export interface FlagSource {
  isOn(key: string): boolean;
  onChange(listener: () => void): () => void;
}

type Switchable = Pick<Dependency<never, unknown>, 'configure'>;

const dependencySwitches: Record<string, (enabled: boolean) => DependencyPatch> = {
  'protection.breaker': (enabled) => ({ breaker: { enabled } }),
  'protection.bulkhead': (enabled) => ({ bulkhead: { enabled } }),
  'protection.retry-budget': (enabled) => ({ retry: { budget: { enabled } } }),
  'protection.timeouts': (enabled) => ({ timeout: { enabled } }),
  'protection.deadline': (enabled) => ({ deadline: { enabled } }),
  'protection.fallback': (enabled) => ({ fallback: { enabled } }),
};

/** The flags that switch a protection. All are on unless their flag says otherwise. */
export const protectionFlags = [
  ...Object.keys(dependencySwitches),
  'protection.shedding',
  'protection.cache',
];

/**
 * Switches protections by flag while calls run, so that the same fault can be watched with and without them.
 * What a flag never turned off is left as its dependency was made.
 *
 * @returns how to stop following the flags
 */
export function applyProtections(
  flags: FlagSource,
  dependencies: Switchable[],
  shedder?: Pick<LoadShedder, 'configure'>,
  caches: { configure(settings: { enabled: boolean }): void }[] = [],
): () => void {
  const off = new Set<string>();

  function apply(key: string, enabled: boolean): void {
    if (key === 'protection.shedding') shedder?.configure({ enabled });
    else if (key === 'protection.cache') for (const cache of caches) cache.configure({ enabled });
    else
      for (const dependency of dependencies) dependency.configure(dependencySwitches[key]?.(enabled) ?? {});
  }

  function follow(): void {
    for (const key of protectionFlags) {
      const enabled = flags.isOn(key);
      if (enabled === !off.has(key)) continue;
      apply(key, enabled);
      if (enabled) off.delete(key);
      else off.add(key);
    }
  }

  follow();
  return flags.onChange(follow);
}
