import { settleWithin, systemClock } from '@ballast/resilience/primitives';

export interface RedisCredentials {
  readonly username?: string | undefined;
  readonly password: string;
}

export type AskForCredentials = () => RedisCredentials | PromiseLike<RedisCredentials>;

/** @throws an error that shows no credentials, with what `ask` threw as its cause */
export async function credentialsWithin(
  timeoutMs: number,
  ask: AskForCredentials,
): Promise<RedisCredentials> {
  // Async, so that one that throws fails like one that rejects.
  const asked = await settleWithin((async () => ask())(), timeoutMs, systemClock, 'background');
  if (asked.kind === 'failed') {
    throw new Error('connectRedis: credentials() has failed', { cause: asked.error });
  }
  if (asked.kind === 'timeout') {
    throw new Error(`connectRedis: credentials() gave nothing within connectTimeoutMs (${timeoutMs} ms)`);
  }
  const credentials = copyOf(asked.value);
  if (credentials) return credentials;
  throw new Error('connectRedis: credentials() must give { password }, or { username, password }');
}

function copyOf(given: RedisCredentials): RedisCredentials | undefined {
  try {
    const { username, password } = given;
    const areText = isText(password) && (username === undefined || isText(username));
    return areText ? { username, password } : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
