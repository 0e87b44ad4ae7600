import { readFileSync } from 'node:fs';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL does not run as root, so it gets an account that every machine has. */
const accounts = ['postgres', '_postgres', 'nobody'];

/** The account PostgreSQL runs as: another one when this process is root, otherwise (undefined) its own. */
export function postgresIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const account of accounts) {
    const [, , uid, gid] = entries.find(([name]) => name === account) ?? [];
    // macOS writes nobody as -2.
    if (uid && gid) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new Error(`PostgreSQL cannot run as root, and /etc/passwd has none of: ${accounts.join(', ')}`);
}
