/**
 * Values under these names never leave the process, at any depth. A name is compared in small letters without hyphens,
 * underscores and dots, and by its end: `DB_PASSWORD`, `x-api-key` and `accessToken` are among them, and `tokenCount`
 * is not.
 */
export const redactedKeys: readonly string[] = [
  'authorization',
  'cookie',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apiKey',
  'accessKey',
  'privateKey',
  'credentials',
  'connectionString',
];

export const censored = '[redacted]';

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_.\s]/g, '');
const endings = redactedKeys.map(plain);

// Records have the same names again and again; names made of ids must not fill the memory.
const maxRememberedNames = 2000;
const remembered = new Map<string, boolean>();

export function isSecretName(name: string): boolean {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const text = plain(name);
  const isSecret = endings.some((ending) => text.endsWith(ending));
  if (remembered.size < maxRememberedNames) remembered.set(name, isSecret);
  return isSecret;
}

const mayHoldSecret = /[:=]|bearer|basic/i;
/** `postgres://user:password@host`, also within a longer text. */
const password = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/]+@/gi;
const parameter = /([?&])([^=&#\s]+)=([^&#\s]*)/g;
/** The credentials of an Authorization header. A word that follows in a sentence is short and has no digit. */
const credentials = /\b(bearer|basic) (?=\S*\d|\S{16})[\w.~+/=-]+/gi;

/** A text without the passwords of URLs, secret parameters of URLs, and credentials of HTTP. */
export function censorText(text: string): string {
  if (!mayHoldSecret.test(text)) return text;
  return text
    .replaceAll(password, `$1${censored}@`)
    .replaceAll(parameter, (whole, separator, name) =>
      isSecretName(name) ? `${separator}${name}=${censored}` : whole,
    )
    .replaceAll(credentials, `$1 ${censored}`);
}
