import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { featureNames, protectionNames } from '../control-room/protocol.ts';

/** Every flag the page may turn; nothing else in the file is touched. */
export const switchNames = [
  ...protectionNames.map((name) => `protection.${name}` as const),
  ...featureNames.map((name) => `feature.${name}` as const),
] as const;
export type SwitchName = (typeof switchNames)[number];

export const isSwitchName = (name: string): name is SwitchName =>
  (switchNames as readonly string[]).includes(name);

const flag = z.looseObject({
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: z.record(z.string(), z.unknown()),
  defaultVariant: z.string(),
});
const flagFile = z.looseObject({ flags: z.record(z.string(), flag) });
type FlagFile = z.output<typeof flagFile>;

export interface Switches {
  /** On or off per flag, as the file says; the last good state while the file can't be read. */
  read(): Record<SwitchName, boolean>;
  set(name: SwitchName, on: boolean): void;
  /** Several at once: services see one change, not one per flag. */
  setAll(wanted: Readonly<Partial<Record<SwitchName, boolean>>>): void;
}

/** The switches of a flagd-format file, which the services watch. */
export function openSwitches(file: string): Switches {
  let good: FlagFile = { flags: {} };

  function load(): FlagFile {
    try {
      good = flagFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      // Someone is editing it by hand; the services keep the last good state as well.
    }
    return good;
  }

  function setAll(wanted: Readonly<Partial<Record<SwitchName, boolean>>>): void {
    const content = structuredClone(load());
    for (const [name, on] of Object.entries(wanted)) {
      const found = content.flags[name];
      if (found) found.defaultVariant = variantOf(found, on);
    }
    // Renamed into place, so that a service never reads half a file.
    const draft = `${file}.${process.pid}.tmp`;
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`);
    renameSync(draft, file);
  }

  return {
    read() {
      const { flags } = load();
      return Object.fromEntries(switchNames.map((name) => [name, isOn(flags[name])])) as Record<
        SwitchName,
        boolean
      >;
    },
    set: (name, on) => setAll({ [name]: on }),
    setAll,
  };
}

const isOn = (found: z.output<typeof flag> | undefined): boolean =>
  found?.variants[found.defaultVariant] !== false;

function variantOf(found: z.output<typeof flag>, on: boolean): string {
  const variant = Object.keys(found.variants).find((name) => found.variants[name] === on);
  return variant ?? found.defaultVariant;
}
