import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const standbySetting = 'synchronous_standby_names';

/**
 * While a standby is named here, every commit in every database of the cluster waits for it. Written to the settings
 * of the cluster, as ALTER SYSTEM does, so that it also holds for a database that is started meanwhile.
 */
export function requireStandby(
  dataFolder: string,
  postmaster: number | undefined,
  isRequired: boolean,
): void {
  const file = join(dataFolder, 'postgresql.auto.conf');
  const others = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(standbySetting));
  const wanted = isRequired ? [`${standbySetting} = 'a_standby_that_is_away'`] : [];
  writeFileSync(file, `${[...others, ...wanted].join('\n')}\n`);
  if (postmaster !== undefined) process.kill(postmaster, 'SIGHUP');
}
