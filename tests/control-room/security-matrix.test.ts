import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStubbedRoom, type StubbedRoom } from './open-room.ts';
import { RawClient } from './raw-http.ts';

const port = 15_710;
const ours = `127.0.0.1:${port}`;
let stubbed: StubbedRoom;
let client: RawClient;

beforeAll(async () => {
  stubbed = await openStubbedRoom(port);
  client = new RawClient(port);
});
afterAll(async () => {
  client.close();
  await stubbed.close();
});

const hosts = [
  ours,
  `localhost:${port}`,
  '127.0.0.1',
  `127.0.0.1:${port + 1}`,
  `evil.example:${port}`,
  `127.0.0.1.evil.example:${port}`,
  `${ours}.`,
];
const origins = [
  undefined,
  `http://${ours}`,
  `http://localhost:${port}`,
  `https://${ours}`,
  'http://evil.example',
  'null',
];
const sites = [undefined, 'same-origin', 'same-site', 'cross-site', 'none'];
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
const tokens = ['right', 'wrong', 'cut', 'none'] as const;

const target: Record<string, [path: string, body: string]> = {
  GET: ['/api/orders/o-1/story', ''],
  POST: ['/api/switches/restore', '{}'],
  PUT: ['/api/rate', '{"ordersPerSecond":20}'],
  DELETE: ['/api/nodes/inventory/fault', '{}'],
};

interface Combination {
  readonly host: string;
  readonly origin: string | undefined;
  readonly site: string | undefined;
  readonly method: string;
  readonly token: (typeof tokens)[number];
}

function* combinations(): Generator<Combination> {
  for (const host of hosts)
    for (const origin of origins)
      for (const site of sites)
        for (const method of methods) for (const token of tokens) yield { host, origin, site, method, token };
}

/** The rule in one place, written independently of the code under test: what may get through, and nothing else. */
function mayPass({ host, origin, site, method, token }: Combination): boolean {
  const isOurHost = host === ours || host === `localhost:${port}`;
  const isOurPage =
    (origin === undefined || origin === `http://${host}`) && (site === undefined || site === 'same-origin');
  const saysWhereFrom = origin !== undefined || site !== undefined;
  const isKnownMethod = ['GET', 'POST', 'PUT', 'DELETE'].includes(method);
  return isOurHost && token === 'right' && isOurPage && isKnownMethod && (method === 'GET' || saysWhereFrom);
}

function authorization(kind: Combination['token']): string[] {
  const { token } = stubbed.room;
  if (kind === 'none') return [];
  const value = {
    right: token,
    wrong: token.replace(/^./, token.startsWith('A') ? 'B' : 'A'),
    cut: token.slice(0, -1),
  }[kind];
  return [`Authorization: Bearer ${value}`];
}

function say(combination: Combination) {
  const { host, origin, site, method, token } = combination;
  const [path, body] = target[method] ?? ['/api/rate', ''];
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...authorization(token)];
  if (origin !== undefined) lines.push(`Origin: ${origin}`);
  if (site !== undefined) lines.push(`Sec-Fetch-Site: ${site}`);
  if (body !== '') lines.push('Content-Type: application/json', `Content-Length: ${body.length}`);
  return client.say(lines, body);
}

it('lets through exactly what the rule allows, of every combination of host, origin, site, method and token', async () => {
  const wrong: unknown[] = [];
  let tried = 0;
  let passed = 0;
  for (const combination of combinations()) {
    const before = stubbed.actions.length;
    const { status, head } = await say(combination);
    const isThrough = status === 200 || status === 204;
    const wasDone = stubbed.actions.length > before;
    const expected = mayPass(combination);
    const isOpenToOthers = /access-control-/i.test(head);
    if (isThrough !== expected || (wasDone && !expected) || isOpenToOthers)
      wrong.push({ ...combination, status, wasDone });
    tried += 1;
    passed += isThrough ? 1 : 0;
  }
  expect(wrong).toEqual([]);
  expect(tried).toBe(hosts.length * origins.length * sites.length * methods.length * tokens.length);
  expect(passed).toBeGreaterThan(20);
});

const good = (method: string, path: string, ...more: string[]) => [
  `${method} ${path} HTTP/1.1`,
  `Host: ${ours}`,
  `Authorization: Bearer ${stubbed.room.token}`,
  'Sec-Fetch-Site: same-origin',
  ...more,
];

const json = (body: string) => ['Content-Type: application/json', `Content-Length: ${body.length}`];

it.each([
  ['form', 'application/x-www-form-urlencoded'],
  ['text, which needs no preflight', 'text/plain'],
  ['json in disguise', 'text/plain; application/json'],
])('refuses a body that is %s', async (_name, type) => {
  const before = stubbed.actions.length;
  const answer = await client.say(
    good('PUT', '/api/rate', `Content-Type: ${type}`, 'Content-Length: 22'),
    '{"ordersPerSecond":20}',
  );
  expect(answer.status).toBe(415);
  expect(stubbed.actions).toHaveLength(before);
});

it.each([
  ['twice', [`Host: ${ours}`, 'Host: evil.example']],
  ['twice the same', [`Host: ${ours}`, `Host: ${ours}`]],
  ['not at all', []],
  ['as an empty value', ['Host: ']],
])('refuses a host that is said %s', async (_name, lines) => {
  const answer = await client.say(['GET / HTTP/1.1', ...lines]);
  expect([400, 421]).toContain(answer.status);
  expect(answer.body).not.toContain(stubbed.room.token);
});

it.each([
  '/%61pi/rate',
  '//api/rate',
  '/API/rate',
  '/api/./rate',
  '/\\api/rate',
  `http://evil.example/api/rate`,
  '/x/../api/rate',
  '/api%2frate',
])('finds no way round the token through %s', async (path) => {
  const before = stubbed.actions.length;
  const body = '{"ordersPerSecond":20}';
  const answer = await client.say(
    [`PUT ${path} HTTP/1.1`, `Host: ${ours}`, 'Sec-Fetch-Site: same-origin', ...json(body)],
    body,
  );
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(stubbed.actions).toHaveLength(before);
});

it.each([
  ['a name the topology does not have', 'POST', '/api/nodes/sshd/kill', '{}', 404],
  ['a fail-over without a standby', 'POST', '/api/nodes/postgres/fail-over', '{}', 409],
  ['a pid', 'POST', '/api/nodes/1/kill', '{}', 404],
  ['a property of every object', 'POST', '/api/nodes/constructor/kill', '{}', 404],
  ['the room itself', 'POST', '/api/nodes/control-room/kill', '{}', 404],
  ['a fault for ever', 'PUT', '/api/nodes/inventory/fault', '{"fault":"hang","forMs":86400000}', 400],
  ['a fault nobody declared', 'PUT', '/api/nodes/inventory/fault', '{"fault":"rm","forMs":2000}', 400],
  ['more than was asked for', 'PUT', '/api/rate', '{"ordersPerSecond":1,"readsPerSecond":9}', 400],
  ['a rate beyond the scale', 'PUT', '/api/rate', '{"ordersPerSecond":100000}', 400],
  ['a switch that is none', 'PUT', '/api/switches/__proto__', '{"on":false}', 404],
  ['a scenario that is none', 'POST', '/api/scenarios/..%2f..%2fx/run', '{"variant":"naive"}', 404],
  ['a path for an order', 'GET', '/api/orders/..%2f..%2fchaos/story', '', 404],
  ['a broken body', 'PUT', '/api/rate', '{"ordersPerSecond":', 400],
  ['a large body', 'PUT', '/api/rate', `{"x":"${'x'.repeat(5000)}"}`, 413],
])('refuses %s', async (_name, method, path, body, status) => {
  const before = stubbed.actions.length;
  const answer = await client.say(good(method, path, ...(body === '' ? [] : json(body))), body);
  expect(answer.status).toBe(status);
  expect(stubbed.actions).toHaveLength(before);
});

it('serves the page with its token to our own host only, and to no frame', async () => {
  const page = await client.say(['GET / HTTP/1.1', `Host: ${ours}`]);
  expect(page.status).toBe(200);
  expect(page.body).toContain(stubbed.room.token);
  expect(page.head).toMatch(/content-security-policy: default-src 'none';.*frame-ancestors 'none'/i);
  expect(page.head).toMatch(/cross-origin-resource-policy: same-origin/i);
  const rebound = await client.say(['GET / HTTP/1.1', `Host: evil.example:${port}`]);
  expect(rebound.status).toBe(421);
  expect(rebound.body).not.toContain(stubbed.room.token);
});

it('serves nothing from outside its folders', async () => {
  for (const path of [
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/pictures/..%2findex.html',
    '/pictures/flags.json',
    '/.git/config',
  ])
    expect((await client.say([`GET ${path} HTTP/1.1`, `Host: ${ours}`])).status, path).toBe(404);
});
