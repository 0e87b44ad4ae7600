import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterLocation } from './cluster-location.ts';

export const memberNames = ['postgres', 'postgres-standby'] as const;
/** One of the two servers. Which one is the primary changes; their names do not. */
export type MemberName = (typeof memberNames)[number];

/** The standby does not have everything, so it may not become the primary. */
export class StandbyBehindError extends Error {
  override readonly name = 'StandbyBehindError';
  readonly code = 'E_STANDBY_BEHIND';
}

const fileOf = (location: ClusterLocation): string => join(location.home, 'primary');

/** Which of the two is the primary, also after a restart of the run. */
export function appointedPrimary(location: ClusterLocation): MemberName {
  try {
    const name = readFileSync(fileOf(location), 'utf8').trim();
    return memberNames.find((member) => member === name) ?? 'postgres';
  } catch {
    return 'postgres';
  }
}

/** Written whole or not at all: which of the two is the primary must never be a guess. */
export function appointPrimary(location: ClusterLocation, name: MemberName): void {
  const file = fileOf(location);
  writeFileSync(`${file}.partial`, `${name}\n`);
  renameSync(`${file}.partial`, file);
}

/**
 * For a run without a standby.
 *
 * @throws {StandbyBehindError} when the first server was failed over from: what came after is not in its cluster
 */
export function demandFirstPrimary(location: ClusterLocation): void {
  if (appointedPrimary(location) !== 'postgres')
    throw new StandbyBehindError(
      'The last run failed over, so the newest orders are with its standby. Go on with --standby, or forget them with --fresh.',
    );
}
