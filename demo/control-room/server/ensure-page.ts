import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const room = resolve(import.meta.dirname, '..');
const client = join(room, 'client');

/** Where the built page is. */
export const pageFolder = join(room, 'dist');

/**
 * Builds the page when there is none, or when it is older than its sources: takes about a second. Where no tools are
 * (an image), what was built is used as it is.
 *
 * @throws when there is no page and nothing to build it with.
 */
export async function ensurePage(): Promise<void> {
  const built = join(pageFolder, 'index.html');
  const vite = viteProgram();
  if (existsSync(built) && (!vite || statSync(built).mtimeMs >= newestSource())) return;
  if (!vite) throw new Error('the page of the control room is not built: run `pnpm build` in demo');
  // A process of its own: Vite's memory is given back before anyone looks at ours.
  await promisify(execFile)(process.execPath, [vite, 'build', client, '--logLevel', 'error']);
}

function newestSource(): number {
  const files = readdirSync(client, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const sources = [...files.map((file) => join(file.parentPath, file.name)), join(room, 'protocol.ts')];
  return Math.max(...sources.map((file) => statSync(file).mtimeMs));
}

function viteProgram(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  } catch {
    return undefined;
  }
}
