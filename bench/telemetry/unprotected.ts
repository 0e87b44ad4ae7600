import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface FlagFile {
  readonly flags: Record<string, { defaultVariant: string }>;
}

const everythingOff = [
  'protection.shedding',
  'protection.breaker',
  'protection.timeouts',
  'protection.deadline',
];

/**
 * A flag file without the protections that reject or shed work under saturation, which is how throughput is measured
 * here: an order that is shed costs next to nothing, so the variant that sheds more would seem to be faster.
 */
export function writeUnprotectedFlags(): string {
  const source = new URL('../../infra/flags/flags.json', import.meta.url);
  const file = JSON.parse(readFileSync(source, 'utf8')) as FlagFile;
  for (const key of everythingOff) {
    const flag = file.flags[key];
    if (!flag) throw new Error(`no flag ${key} in ${source.pathname}`);
    flag.defaultVariant = 'off';
  }
  const path = join(tmpdir(), `ballast-bench-flags-${process.pid}.json`);
  writeFileSync(path, JSON.stringify(file));
  return path;
}
