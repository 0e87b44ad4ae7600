import {
  anObject,
  checkArgument,
  integer,
  longestTimerMs,
  type Rule,
  text,
  textLike,
  withMethods,
} from '@ballast/resilience/primitives';
import { z } from 'zod';

/** Exit code for a bad configuration: EX_CONFIG of sysexits.h, so a supervisor can tell it from a crash. */
export const exitBadConfig = 78;

type Env = Readonly<Record<string, string | undefined>>;

export const aSchema: Rule = withMethods('a zod schema', 'safeParse');

const scheme = textLike(/^[a-z][a-z0-9+.-]*$/, 'names of URL schemes, e.g. http');

/** The environment does not fit the schema; the message names each key, what was expected and what was found. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'E_CONFIG';
}

/**
 * Checks the environment against a schema. An empty value counts as not set, as Compose and shells pass
 * `KEY=` for "unset".
 *
 * @throws {ConfigError} naming every bad key at once
 * @throws {InvalidOptionError} when the schema or the environment is none
 */
export function readConfig<S extends z.ZodType>(schema: S, env: Env = process.env): z.output<S> {
  checkArgument('readConfig', 'schema', schema, aSchema);
  checkArgument('readConfig', 'env', env, anObject);
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => describeIssue(issue, given)).join('\n'));
}

/**
 * `readConfig` for a main file: a bad value ends the process before it listens, with one line per bad key on
 * stderr, exit code 78 and no stack.
 */
export function parseConfig<S extends z.ZodType>(schema: S, env: Env = process.env): z.output<S> {
  try {
    return readConfig(schema, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitBadConfig);
  }
}

function describeIssue(issue: z.core.$ZodIssue, env: Env): string {
  const key = issue.path.join('.') || 'configuration';
  const received = env[key];
  // A schema compares settings in an issue of its own kind; the one that it names may have its default.
  if (received === undefined && issue.code === 'custom')
    return `${key}: ${issue.message}, received the default`;
  if (received === undefined) return `${key}: is required (${issue.message})`;
  // A mistyped URL or token is still a secret.
  const shown = /URL|TOKEN|SECRET|PASSWORD|KEY/.test(key)
    ? 'a value not shown here'
    : JSON.stringify(received);
  return `${key}: ${issue.message}, received ${shown}`;
}

/** A whole number read from the environment, within bounds; its error says which. */
export function wholeNumber(min: number, max: number) {
  checkArgument('wholeNumber', 'min', min, integer(0));
  checkArgument('wholeNumber', 'max', max, integer(min));
  const expectation = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, expectation)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expectation);
}

/** A URL read from the environment with one of these schemes, e.g. `urlOf('http', 'https')`. */
export function urlOf(...schemes: readonly string[]) {
  checkArgument('urlOf', 'schemes', schemes, {
    expected: scheme.expected,
    accepts: () => schemes.length > 0 && schemes.every(scheme.accepts),
  });
  const expectation = `expected a URL starting with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  const fits = (value: string) =>
    URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
  return z.string().refine(fits, expectation);
}

/** A secret that gives access, too long to be guessed. */
export const bearerToken = z.string().min(16, 'expected at least 16 characters');

/** Keys every service reads. Spread into the service's own schema. */
export const serviceEnv = {
  PORT: wholeNumber(0, 65_535),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  CHAOS_TOKEN: bearerToken.optional(),
  FLAGS_FILE: z.string().optional(),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000).prefault('12000'),
  DRAIN_DELAY_MS: wholeNumber(0, 600_000).prefault('500'),
  KEEP_ALIVE_TIMEOUT_MS: wholeNumber(1, 3_600_000).prefault('90000'),
  DEADLINE_DEFAULT_MS: wholeNumber(1, 600_000).prefault('2000'),
  DEADLINE_MAX_MS: wholeNumber(1, 600_000).prefault('10000'),
};

/** The parsed values of `serviceEnv`. */
export type ServiceConfig = z.output<z.ZodObject<typeof serviceEnv>>;

type ConfigKey = keyof ServiceConfig;

/** What the keys of a configuration must be where code gives them, e.g. in a test. */
const configRules: Readonly<Partial<Record<ConfigKey, Rule>>> = {
  HOST: text,
  PORT: integer(0, 65_535),
  CHAOS_TOKEN: { ...text, isSecret: true },
  SHUTDOWN_GRACE_MS: integer(0, longestTimerMs),
  DRAIN_DELAY_MS: integer(0, longestTimerMs),
  KEEP_ALIVE_TIMEOUT_MS: integer(1, longestTimerMs),
  DEADLINE_DEFAULT_MS: integer(1, longestTimerMs),
  DEADLINE_MAX_MS: integer(1, longestTimerMs),
};

/**
 * Checks the keys that a function called `of` reads of a configuration. A service gives its whole configuration, so
 * other keys are left alone.
 *
 * @throws {InvalidOptionError} e.g. for `config.PORT`
 */
export function checkConfig(
  of: string,
  config: unknown,
  { required = [], optional = [] }: Readonly<Partial<Record<'required' | 'optional', readonly ConfigKey[]>>>,
): void {
  checkArgument(of, 'config', config, anObject);
  for (const key of [...required, ...optional]) {
    const value = (config as Partial<ServiceConfig>)[key];
    if (value === undefined && !required.includes(key)) continue;
    checkArgument(of, `config.${key}`, value, configRules[key] as Rule);
  }
}

/** Keys of a service with a database. */
export const databaseEnv = {
  DATABASE_URL: urlOf('postgres', 'postgresql'),
  DATABASE_POOL_MAX: wholeNumber(1, 1000).prefault('10'),
  /** What stands before the server: nothing, or PgBouncer in transaction mode and the like. */
  DATABASE_POOLER: z.enum(['none', 'transaction']).default('none'),
  /** Who brings the schema up to date: this process, or a job that it waits for. */
  MIGRATIONS: z.enum(['apply', 'await']).default('apply'),
};
