import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const on = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };

/** A flagd-format file in which the given flags are on or off. */
export function flagFileOf(values: Record<string, boolean>): string {
  const flags = Object.entries(values).map(([key, isOn]) => [
    key,
    { ...on, defaultVariant: isOn ? 'on' : 'off' },
  ]);
  return JSON.stringify({ flags: Object.fromEntries(flags) });
}

/** A folder of a test's own, removed with `dispose`. */
export function flagFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'flags-'));
  const file = join(folder, 'flags.json');
  return {
    folder,
    file,
    write: (text: string) => writeFileSync(file, text),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
