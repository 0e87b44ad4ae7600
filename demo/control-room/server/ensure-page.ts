import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const room = resolve(import.meta.dirname, '..');
const client = join(room, 'client');
const demo = resolve(room, '..');

/** What the page is built from. */
const sourceFolders = [client, join(demo, 'stage'), join(demo, 'load-generator')];
const sourceFiles = [join(room, 'protocol.ts'), join(demo, 'event-stream.ts'), join(demo, 'topology.ts')];

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
  // In a process of its own, so that Vite's memory is given back.
  await promisify(execFile)(process.execPath, [vite, 'build', client, '--logLevel', 'error']);
}

function newestSource(): number {
  const files = sourceFolders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Math.max(...[...files, ...sourceFiles].map((file) => statSync(file).mtimeMs));
}

function viteProgram(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  } catch {
    return undefined;
  }
}
