import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Calls `onChange` after the file at this path changed, appeared or vanished; the returned function stops it. */
export type WatchFile = (file: string, onChange: () => void) => () => void;

const pollIntervalMs = 250;

/**
 * Polls, and does not use `fs.watch`: editors and ConfigMaps replace the file, which a watch on it loses, and bind mounts
 * of Docker and network file systems report nothing at all. A stat every 250 ms costs less than a missed kill switch.
 */
export const pollFile: WatchFile = (file, onChange) => {
  // Taken before this returns, so that no change can slip in between the caller's first read and our first look.
  let seen = fingerprint(statNow(file));
  let isStopped = false;
  let timer = setTimeout(look, pollIntervalMs).unref();

  async function look(): Promise<void> {
    const now = fingerprint(await stat(file, { bigint: true }).catch(() => undefined));
    if (isStopped) return;
    timer = setTimeout(look, pollIntervalMs).unref();
    if (now === seen) return;
    seen = now;
    onChange();
  }

  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
};

function statNow(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true });
  } catch {
    return undefined; // missing, or not ours to see: both may change
  }
}

/** Of the inode and the change time as well: a replaced file may have the size and the age of the old one. */
function fingerprint(stats: BigIntStats | undefined): string {
  return stats ? [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':') : 'missing';
}
