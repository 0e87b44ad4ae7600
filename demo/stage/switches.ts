import { openFlags, setFlags } from '@ballast/flags';
import { type SwitchName, switchDefaults, switchNames } from './switch-names.ts';

export interface Switches {
  /** On or off per flag, as the services see them: the last good state while the file can't be read. */
  read(): Record<SwitchName, boolean>;
  /** Why the file as it is now can't be used. */
  problem(): string | null;
  /** Several at once: services see one change, not one per flag. */
  set(wanted: Readonly<Partial<Record<SwitchName, boolean>>>): Promise<void>;
  onChange(listener: () => void): () => void;
  close(): void;
}

/** The flags file that the services watch, read through the same OpenFeature provider as theirs. */
export function openSwitches(file: string): Switches {
  const flags = openFlags({ file, defaults: switchDefaults, domain: 'control-room' });
  return {
    read: () =>
      Object.fromEntries(switchNames.map((name) => [name, flags.isOn(name)])) as Record<SwitchName, boolean>,
    problem: () => flags.snapshot().problem ?? null,
    set: (wanted) => setFlags(file, wanted),
    onChange: (listener) => flags.onChange(listener),
    close: () => flags.close(),
  };
}
