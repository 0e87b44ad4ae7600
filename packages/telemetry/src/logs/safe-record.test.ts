import { describe, expect, test } from 'vitest';
import { createLogger } from './logger.ts';

type Log = (logger: ReturnType<typeof createLogger>) => void;

function linesOf(log: Log): string[] {
  const lines: string[] = [];
  log(
    createLogger({
      service: 'orders',
      level: 'trace',
      destination: { write: (line) => void lines.push(line) },
    }),
  );
  return lines;
}

function lineOf(log: Log): Record<string, unknown> {
  const lines = linesOf(log);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] as string);
}

const cycle: Record<string, unknown> = { name: 'cycle' };
cycle.self = cycle;
const throwing = {
  fine: 1,
  get broken(): never {
    throw new Error('no luck');
  },
};
const unreadable = new Proxy(
  {},
  {
    ownKeys() {
      throw new Error('no keys');
    },
  },
);
const revoked = Proxy.revocable({}, {});
revoked.revoke();
class Basket {
  readonly items = ['LAMP'];
}
class Jar {
  readonly #jam = 'strawberry';
  taste = () => this.#jam;
}
const deep = Array.from({ length: 1000 }).reduce<object>((inner) => ({ inner }), {});
const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, key) => [`key${key}`, key]));

const odd: readonly (readonly [string, unknown])[] = [
  ['a Buffer', Buffer.from('abc')],
  ['a typed array', new Float64Array(3)],
  ['a URL', new URL('http://shop.example/a')],
  ['URL parameters', new URLSearchParams('a=1')],
  ['an AbortSignal', AbortSignal.abort(new Error('gone'))],
  ['Headers', new Headers({ accept: 'text/plain' })],
  ['a Map', new Map<unknown, unknown>([[{ a: 1 }, new Set([1])]])],
  ['a getter that throws', throwing],
  ['a proxy whose keys can not be read', unreadable],
  ['a proxy that is revoked', revoked.proxy],
  [
    'a toJSON that throws',
    {
      toJSON: () => {
        throw new Error('no JSON');
      },
    },
  ],
  ['a cycle', cycle],
  ['a BigInt', 10n],
  ['a symbol', Symbol('s')],
  ['a function', () => {}],
  ['a date that is none', new Date(Number.NaN)],
  ['an instance', new Basket()],
  ['an instance without anything to see', new Jar()],
  ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ['a promise', Promise.resolve()],
  ['a thousand levels', deep],
  ['a hundred thousand keys', wide],
  ['NaN', Number.NaN],
  ['null', null],
];

describe('whatever stands in a record, its error arrives whole', () => {
  test.each(odd)('%s', (_name, value) => {
    const err = Object.assign(new Error('database is away', { cause: new Error('refused') }), {
      code: 'E_AWAY',
    });
    const line = lineOf((logger) => logger.error({ value, list: [value], err }, 'failed'));
    expect(line).toMatchObject({ msg: 'failed', level: 'error', err: { type: 'Error', code: 'E_AWAY' } });
    const { message, stack } = line.err as { message: string; stack: string };
    expect(message).toBe('database is away: refused');
    expect(stack).toMatch(/Error: database is away\n.*caused by: Error: refused\n/s);
    expect(JSON.stringify(line).length).toBeLessThan(100_000);
  });

  test.each(odd)('%s on the error itself', (_name, value) => {
    const err = Object.assign(new Error('failed'), { value });
    expect(lineOf((logger) => logger.error({ err }))).toMatchObject({ err: { message: 'failed' } });
    expect(lineOf((logger) => logger.error(err))).toMatchObject({
      msg: 'failed',
      err: { message: 'failed' },
    });
  });

  test.each(odd)('%s as the record, as the message and as its argument', (_name, value) => {
    const lines = linesOf((logger) => {
      const anything = logger as unknown as { info: (...args: unknown[]) => void };
      anything.info(value);
      anything.info(value, 'with a message');
      anything.info('%s %o %j', value, value, value);
      logger.child({ value }).info('of a child');
    });
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: 'info', service: 'orders' });
  });

  test('an error whose message and stack can not be read', () => {
    const err = new Error('x');
    const throws = () => {
      throw new Error('no luck');
    };
    Object.defineProperties(err, {
      message: { get: throws },
      stack: { get: throws },
      cause: { get: throws },
    });
    expect(lineOf((logger) => logger.error({ err, orderId: 7 }, 'failed'))).toMatchObject({
      msg: 'failed',
      orderId: 7,
    });
  });

  test('errors that cause each other, and errors of errors', () => {
    const one = new Error('one');
    const other = new Error('other', { cause: one });
    one.cause = other;
    expect(lineOf((logger) => logger.error({ err: one }))).toMatchObject({
      err: { message: expect.stringContaining('one: other') },
    });
    const err = new AggregateError([new Error('first'), new TypeError('second')], 'both');
    expect(lineOf((logger) => logger.error({ err }))).toMatchObject({
      err: {
        message: 'both',
        aggregateErrors: [{ message: 'first' }, { type: 'TypeError', message: 'second' }],
      },
    });
  });

  test('an error under any name, and in a list', () => {
    const line = lineOf((logger) => logger.warn({ reason: new Error('a'), all: [new Error('b')] }));
    expect(line).toMatchObject({ reason: { message: 'a' }, all: [{ message: 'b' }] });
  });
});

test('what JSON has no form for is written so that a person understands it', () => {
  const value = {
    bytes: Buffer.from('abc'),
    url: new URL('http://shop.example/a'),
    amount: 10n,
    at: new Date(0),
    map: new Map([['a', 1]]),
    set: new Set([1]),
    jar: new Jar(),
    broken: throwing,
    cycle,
  };
  expect(lineOf((logger) => logger.info({ value })).value).toEqual({
    bytes: '[Buffer, 3 bytes]',
    url: 'http://shop.example/a',
    amount: '10',
    at: '1970-01-01T00:00:00.000Z',
    map: [['a', 1]],
    set: [1],
    jar: {},
    broken: { fine: 1, broken: '[not readable: no luck]' },
    cycle: { name: 'cycle', self: '[circular]' },
  });
});

describe('a secret is censored', () => {
  test.each([
    'authorization',
    'Authorization',
    'AUTHORIZATION',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'Set-Cookie',
    'password',
    'Password',
    'userPassword',
    'db_password',
    'PGPASSWORD',
    'passwd',
    'passphrase',
    'secret',
    'clientSecret',
    'client_secret',
    'token',
    'accessToken',
    'refresh_token',
    'CHAOS_TOKEN',
    'id-token',
    'apiKey',
    'api_key',
    'API-KEY',
    'x-api-key',
    'apikey',
    'connectionString',
    'connection_string',
    'credentials',
    'privateKey',
    'private_key',
  ])('under the name %s, at any depth', (name) => {
    const err = Object.assign(new Error('failed'), { config: { headers: { [name]: 's3' } } });
    const record = { [name]: 's3', a: { b: { c: { d: [{ [name]: { deep: 's3' } }] } } }, err };
    const lines = linesOf((logger) => {
      logger.error(record, 'failed');
      logger.info('with %j', { [name]: 's3' });
      logger.child({ [name]: 's3', inner: { [name]: 's3' } }).info('of a child');
    });
    expect(lines.join('')).not.toContain('s3');
    expect(JSON.parse(lines[0] as string)[name]).toBe('[redacted]');
  });

  test.each([
    ['postgres://shop:s3@db:5432/orders', 'postgres://shop:[redacted]@db:5432/orders'],
    ['redis://:s3@cache', 'redis://:[redacted]@cache'],
    ['cannot reach amqps://u:s3%40x@mq/ today', 'cannot reach amqps://u:[redacted]@mq/ today'],
    ['GET /v1?a=1&access_token=s3&b=2', 'GET /v1?a=1&access_token=[redacted]&b=2'],
    ['http://x/?apiKey=s3', 'http://x/?apiKey=[redacted]'],
    ['Authorization: Bearer s3.s3-s3', 'Authorization: Bearer [redacted]'],
    ['basic s3aGVsbG8=', 'basic [redacted]'],
  ])('in the text %s, wherever it stands', (text, censored) => {
    const err = new Error(text);
    const line = lineOf((logger) => logger.error({ text, list: [text], err, url: text }, text));
    expect(JSON.stringify(line)).not.toContain('s3');
    expect(line).toMatchObject({
      msg: censored,
      text: censored,
      list: [censored],
      err: { message: censored },
    });
  });

  test('in a URL', () => {
    expect(lineOf((logger) => logger.info({ url: new URL('redis://u:s3@cache:1/0') })).url).toBe(
      'redis://u:[redacted]@cache:1/0',
    );
  });
});

test('what is no secret stays', () => {
  const record = {
    tokens: 5,
    maxTokens: 10,
    tokenCount: 3,
    monkey: 'x',
    key: 'LAMP',
    idempotencyKey: 'k-1',
    passed: true,
    cookies: 2,
    url: 'http://shop.example:4001/v1/orders?email=a@b.c&key=1',
    mail: 'a:b@c.d',
    authorized: true,
    secretary: 'Ms Jones',
  };
  expect(lineOf((logger) => logger.info(record, 'basic things, bearer of news'))).toMatchObject({
    ...record,
    msg: 'basic things, bearer of news',
  });
});
