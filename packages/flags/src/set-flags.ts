import { randomUUID } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { parseFlagFile } from './flag-file.ts';
import { checkSetFlags } from './options.ts';

/** The file could not be changed as asked; it is as it was. */
export class FlagFileError extends Error {
  readonly code = 'E_FLAG_FILE';
  override readonly name = 'FlagFileError';
}

interface RawFile {
  readonly flags: Record<
    string,
    { state: string; variants: Record<string, unknown>; defaultVariant?: string }
  >;
}

// Writers of one process take turns: of two that read, change and write at once, one change would be lost.
let lastWrite: Promise<unknown> = Promise.resolve();

/**
 * Turns boolean flags on or off in a flagd-format file, all of them in one change. The file is replaced in one step, so
 * a reader sees the old or the new content and never half of it; everything else in the file stays.
 *
 * @example await setFlags('infra/flags/flags.json', { 'protection.breaker': false });
 * @throws {FlagFileError} when the file is malformed, or has no such flag or no variant of that value
 * @throws {InvalidOptionError} when an argument makes no sense
 */
export async function setFlags(file: string, wanted: Readonly<Record<string, boolean>>): Promise<void> {
  checkSetFlags(file, wanted);
  const write = lastWrite.then(() => changeFile(file, wanted));
  lastWrite = write.catch(() => {});
  await write;
}

async function changeFile(file: string, wanted: Readonly<Record<string, boolean>>): Promise<void> {
  const target = await realpath(file); // renaming onto a symlink would replace the link
  const parsed = parseFlagFile(await readFile(target));
  if (!parsed.ok) throw new FlagFileError(`${file}: ${parsed.reason}`);
  const content = parsed.json as RawFile;
  for (const [key, isOn] of Object.entries(wanted)) turn(file, content, key, isOn);
  await replace(target, `${JSON.stringify(content, null, 2)}\n`);
}

function turn(file: string, content: RawFile, key: string, isOn: boolean): void {
  const flag = Object.hasOwn(content.flags, key) ? content.flags[key] : undefined;
  if (!flag) throw new FlagFileError(`${file}: no flag "${key}"`);
  const variant = Object.keys(flag.variants).find((name) => flag.variants[name] === isOn);
  if (variant === undefined) throw new FlagFileError(`${file}: flag "${key}" has no variant that is ${isOn}`);
  flag.state = 'ENABLED';
  flag.defaultVariant = variant;
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`; // beside it: a rename is atomic only within one file system
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await chmod(draft, (await stat(file)).mode);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
