import { openFlags, setFlags } from '@ballast/flags';
import { protectionDefaults } from '@ballast/service-kit/protections';

/** Every flag of the services, all of them on. */
const flagDefaults = { ...protectionDefaults, 'feature.recommendations': true };

/** Every flag there is: the protections and the features that can be turned while the system runs. */
export type SwitchName = keyof typeof flagDefaults;
export const switchNames = Object.keys(flagDefaults) as SwitchName[];

export const isSwitchName = (name: string): name is SwitchName => Object.hasOwn(flagDefaults, name);

export interface Switches {
  /** On or off per flag, as the services see them: the last good state while the file can't be read. */
  read(): Record<SwitchName, boolean>;
  /** Why the file as it is now was not taken over. */
  problem(): string | null;
  /** Several at once: services see one change, not one per flag. */
  set(wanted: Readonly<Partial<Record<SwitchName, boolean>>>): Promise<void>;
  onChange(listener: () => void): () => void;
  close(): void;
}

/** The flags file the services watch, seen through the same OpenFeature provider as theirs. */
export function openSwitches(file: string): Switches {
  const flags = openFlags({ file, defaults: flagDefaults, domain: 'control-room' });
  return {
    read: () =>
      Object.fromEntries(switchNames.map((name) => [name, flags.isOn(name)])) as Record<SwitchName, boolean>,
    problem: () => flags.snapshot().problem ?? null,
    set: (wanted) => setFlags(file, wanted),
    onChange: (listener) => flags.onChange(listener),
    close: () => flags.close(),
  };
}
