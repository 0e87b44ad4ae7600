import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Ports of its own, so that a stack that is already running is left alone. */
const ports = {
  CONTROL_ROOM_PORT: 15_610,
  ORDERS_PORT: 15_611,
  INVENTORY_PORT: 15_612,
  RECOMMENDATION_PORT: 15_613,
  LOAD_GENERATOR_PORT: 15_614,
  POSTGRES_PORT: 15_615,
  REDIS_PORT: 15_616,
  JAEGER_PORT: 15_617,
  PROMETHEUS_PORT: 15_618,
  OTLP_HTTP_PORT: 15_619,
};

const env = {
  ...process.env,
  ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
  COMPOSE_PROJECT_NAME: 'ballast-test',
  BALLAST_IMAGE: 'ballast:test',
};

/** How often a test looks while it waits; more often would load the stack. */
export const everyMs = 250;

export const urls = {
  orders: `http://127.0.0.1:${ports.ORDERS_PORT}`,
  inventory: `http://127.0.0.1:${ports.INVENTORY_PORT}`,
  controlRoom: `http://127.0.0.1:${ports.CONTROL_ROOM_PORT}`,
  loadGenerator: `http://127.0.0.1:${ports.LOAD_GENERATOR_PORT}`,
  jaeger: `http://127.0.0.1:${ports.JAEGER_PORT}`,
  prometheus: `http://127.0.0.1:${ports.PROMETHEUS_PORT}`,
};

/** Runs the command and returns its output. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { cwd: root, env, maxBuffer: 2 ** 26 });
  return stdout;
}

export const compose = (...args: string[]): Promise<string> => docker('compose', ...args);

export const kill = (service: string) => compose('kill', service);
export const start = (service: string) => compose('start', service);

/** Resident memory of all containers of the stack, according to the kernel, in bytes. */
export async function residentBytes(): Promise<number> {
  const ids = (await compose('ps', '--quiet')).trim().split('\n');
  const lines = await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids);
  return lines
    .trim()
    .split('\n')
    .map((line) => bytesOf(line.split(' / ')[0] ?? ''))
    .reduce((sum, bytes) => sum + bytes, 0);
}

const units: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

function bytesOf(text: string): number {
  const [, number = '0', unit = 'B'] = /^([\d.]+)(\w+)$/.exec(text.trim()) ?? [];
  return Number(number) * (units[unit] ?? Number.NaN);
}
