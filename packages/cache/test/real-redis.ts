import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@ballast/resilience/testing';

/** Whether this machine has a `redis-server` on its PATH. */
export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** A real Redis of this test's own: no persistence, loopback, killed with the test. */
export class RealRedis {
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  static async onFreePort(): Promise<RealRedis> {
    return new RealRedis(await freePort());
  }

  get port(): string {
    return `${this.#port}`;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** @param more settings, as arguments of redis-server */
  async start(...more: string[]): Promise<void> {
    const settings = [
      '--port',
      this.port,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      ...more,
    ];
    const cwd = mkdtempSync(join(tmpdir(), 'ballast-redis-')); // a node of a cluster writes a file there
    this.#process = spawn('redis-server', settings, { stdio: 'ignore', cwd });
    this.#process.once('exit', () => rmSync(cwd, { recursive: true, force: true }));
    await eventually('redis-server answers', () => this.#answers(), { withinMs: 30_000, everyMs: 20 });
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Stops the process: it still accepts connections, and answers nothing. */
  suspend(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Sends one command on a connection of its own and returns the raw reply. */
  command(...words: string[]): Promise<string> {
    const socket = connect(this.#port, '127.0.0.1');
    socket.end(`${words.map((word) => JSON.stringify(word)).join(' ')}\r\nQUIT\r\n`);
    return new Promise((resolve, reject) => {
      let reply = '';
      socket.on('data', (chunk) => {
        reply += chunk;
      });
      socket.on('end', () => resolve(reply));
      socket.on('error', reject);
    });
  }

  async #answers(): Promise<boolean> {
    const reply = await this.command('PING').catch(() => '');
    return /^(\+PONG|-NOAUTH)/.test(reply);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
