import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Clock, systemClock } from '@ballast/resilience/primitives';

/** Calls `onChange` after the file at this path changed, appeared or vanished; the returned function stops it. */
export type WatchFile = (file: string, onChange: () => void) => () => void;

const pollIntervalMs = 250;

/**
 * Polls instead of using `fs.watch`: editors and ConfigMaps replace the file, which a watch on it loses, and bind
 * mounts of Docker and network file systems report nothing at all. A stat every 250 ms costs less than a missed kill
 * switch.
 */
export function pollFile(file: string, onChange: () => void, clock: Clock = systemClock): () => void {
  const lookLater = () => clock.setTimer(look, pollIntervalMs, 'background');
  // Taken before this returns, so that a change between the caller's first read and the first look is noticed.
  let seen = fingerprint(statNow(file));
  let isStopped = false;
  let timer = lookLater();

  async function look(): Promise<void> {
    const now = fingerprint(await stat(file, { bigint: true }).catch(() => undefined));
    if (isStopped) return;
    timer = lookLater();
    if (now === seen) return;
    seen = now;
    onChange();
  }

  return () => {
    isStopped = true;
    timer.cancel();
  };
}

function statNow(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true });
  } catch {
    return undefined; // the file is missing or not readable, and both may change
  }
}

/** Includes the inode and the change time: a replaced file may have the size and the age of the old one. */
function fingerprint(stats: BigIntStats | undefined): string {
  return stats ? [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':') : 'missing';
}
