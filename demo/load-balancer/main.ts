import { resolve4 } from 'node:dns/promises';
import { connect, createServer, isIP, type Socket } from 'node:net';
import { z } from 'zod';

const { HOST, PORT, UPSTREAM, IDLE_TIMEOUT_MS } = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int(),
    UPSTREAM: z.string().regex(/^[\w.-]+:\d+$/, 'expected name:port'),
    /** Shorter than the services' KEEP_ALIVE_TIMEOUT_MS, as it is of real balancers. */
    IDLE_TIMEOUT_MS: z.coerce.number().int().positive().default(60_000),
  })
  .parse(process.env);
const [name = '', port] = UPSTREAM.split(':');
const connectTimeoutMs = 500;

let turn = 0;

/** The replicas behind the name, beginning with another one each time. */
async function replicas(): Promise<string[]> {
  const addresses = isIP(name) ? [name] : (await resolve4(name)).toSorted();
  turn += 1;
  const first = turn % addresses.length;
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}

/** Connects to the first replica that accepts; one that is gone costs the client nothing. */
async function reach(addresses: readonly string[]): Promise<Socket | undefined> {
  for (const address of addresses) {
    const socket = await tryConnect(address);
    if (socket) return socket;
  }
  return undefined;
}

function tryConnect(host: string): Promise<Socket | undefined> {
  const socket = connect({ host, port: Number(port), noDelay: true });
  return new Promise((settle) => {
    const giveUp = () => {
      socket.destroy();
      settle(undefined);
    };
    socket.setTimeout(connectTimeoutMs, giveUp).once('error', giveUp);
    socket.once('connect', () => {
      socket.setTimeout(0).off('error', giveUp);
      settle(socket);
    });
  });
}

async function serve(client: Socket): Promise<void> {
  client.on('error', () => client.destroy());
  const upstream = await reach(await replicas().catch(() => []));
  if (!upstream || client.destroyed) {
    client.resetAndDestroy();
    upstream?.destroy();
    return;
  }
  upstream.on('error', () => upstream.destroy()).on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
  client.setTimeout(IDLE_TIMEOUT_MS, () => client.end());
  client.pipe(upstream).pipe(client);
}

createServer({ noDelay: true }, serve).listen(PORT, HOST);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
