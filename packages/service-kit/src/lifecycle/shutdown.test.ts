import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../process/logger.ts';
import { createReadiness } from './readiness.ts';
import { createServer } from './server.ts';
import { shutDown } from './shutdown.ts';

const mainFile = new URL('../../test/slow-service.ts', import.meta.url).pathname;

// Every test starts real processes, and a busy machine takes seconds for that.
vi.setConfig({ testTimeout: 30_000, expect: { poll: { timeout: 10_000 } } });

interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

async function start(env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [mainFile], {
    env: { ...process.env, PORT: '0', DRAIN_DELAY_MS: '250', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const reader = createInterface(child.stdout as NodeJS.ReadableStream);
  const [url] = await once(reader, 'line');
  reader.on('line', (line) => lines.push(line));
  return { url, child, lines, ended };
}

const ready = async (url: string) => (await fetch(`${url}/health/ready`)).status === 200;

test('SIGTERM with requests in flight: they finish, resources close in order, exit 0', async () => {
  const { url, child, lines, ended } = await start();
  const requests = Array.from({ length: 5 }, () => fetch(`${url}/work?ms=600`));
  await expect.poll(() => lines.length).toBe(5);
  child.kill('SIGTERM');
  const answers = await Promise.all(requests);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(await ended).toBe(0);
  // A resource that throws does not keep the next one open.
  expect(lines.slice(5)).toEqual(['closed clients', 'closed database']);
});

test('readiness is off at once, while requests are still answered for the drain delay', async () => {
  const { url, child, ended } = await start({ DRAIN_DELAY_MS: '1500' });
  child.kill('SIGINT');
  await expect.poll(() => ready(url)).toBe(false);
  expect((await fetch(`${url}/work?ms=1`)).status).toBe(200);
  expect(await ended).toBe(0);
});

test('an idle keep-alive connection does not hold the process', async () => {
  const { url, child, ended } = await start({ DRAIN_DELAY_MS: '0' });
  const pool = new Pool(url, { connections: 1 });
  await (await pool.request({ method: 'GET', path: '/work?ms=1' })).body.dump();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await pool.destroy();
});

test('an open event stream does not hold the process', async () => {
  const { url, child, ended } = await start({ DRAIN_DELAY_MS: '0' });
  const stream = await fetch(`${url}/resilience`, { headers: { accept: 'text/event-stream' } });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await stream.text();
});

test.each([
  ['a connection that never says a word', ''],
  ['a request of which only half comes', 'POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'],
])('%s does not hold the process', async (_name, bytes) => {
  const hasty = { headersTimeoutMs: 100, requestTimeoutMs: 200, connectionsCheckingIntervalMs: 20 };
  const server = createServer((request) => void request.resume(), hasty).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port }).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(server, 'connection');
  socket.resume().write(bytes);
  const timing = { drainDelayMs: 0, resources: [], logger: silentLogger };
  await shutDown({ server, readiness: createReadiness(), ...timing });
  await expect.poll(() => socket.closed).toBe(true);
});

test('work that outlasts the grace time ends with exit 1', async () => {
  const { url, child, lines, ended } = await start({ DRAIN_DELAY_MS: '0', SHUTDOWN_GRACE_MS: '200' });
  const request = fetch(`${url}/work?ms=5000`, { headers: { 'x-deadline-ms': '9000' } }).catch(() => 'cut');
  await expect.poll(() => lines).toEqual(['working']);
  child.kill('SIGTERM');
  expect([await ended, await request]).toEqual([1, 'cut']);
});

test('a second signal ends it at once with exit 1', async () => {
  const { url, child, ended } = await start({ DRAIN_DELAY_MS: '60000', SHUTDOWN_GRACE_MS: '60000' });
  child.kill('SIGTERM');
  await expect.poll(() => ready(url)).toBe(false);
  child.kill('SIGTERM');
  expect(await ended).toBe(1);
});

test('a port in use ends it with exit 1', async () => {
  const { url } = await start();
  const child = spawn(process.execPath, [mainFile], {
    env: { ...process.env, PORT: new URL(url).port },
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect((await once(child, 'exit'))[0]).toBe(1);
});

test('rolling restarts under keep-alive load fail no request', async () => {
  // Far longer than the client takes to notice, however busy the machine.
  const startReplica = () => start({ DRAIN_DELAY_MS: '2000' });
  const backends = await Promise.all([startReplica(), startReplica()]);
  const pools = new Map(backends.map((backend) => [backend, new Pool(backend.url, { connections: 8 })]));
  const outcomes = new Map<string, number>();
  let inRotation = [...backends];
  let running = true;

  const poll = async () => {
    while (running) {
      const checks = await Promise.all(backends.map((backend) => ready(backend.url).catch(() => false)));
      inRotation = backends.filter((_, i) => checks[i]);
      await delay(20);
    }
  };
  const client = async (offset: number) => {
    for (let i = offset; running; i++) {
      const backend = inRotation[i % inRotation.length] as Started;
      const outcome = await send(pools.get(backend) as Pool);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  const work = [poll(), ...Array.from({ length: 12 }, (_, offset) => client(offset))];
  for (const slot of [0, 1]) {
    await delay(150);
    const old = backends[slot] as Started;
    const replacement = startReplica();
    old.child.kill('SIGTERM');
    expect(await old.ended).toBe(0);
    backends[slot] = await replacement;
    pools.set(backends[slot], new Pool(backends[slot].url, { connections: 8 }));
    await expect.poll(() => inRotation.length).toBe(2);
  }
  running = false;
  await Promise.all(work);
  await Promise.all(Array.from(pools.values(), (pool) => pool.destroy()));
  expect([...outcomes.keys()]).toEqual(['200']);
  expect(outcomes.get('200')).toBeGreaterThan(100);
}, 60_000);

async function send(pool: Pool): Promise<string> {
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/work?ms=20' });
    await body.dump();
    return String(statusCode);
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  }
}
