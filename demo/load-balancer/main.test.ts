import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

const main = new URL('./main.ts', import.meta.url).pathname;

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('a connection that is silent is closed by the balancer on both sides, one that speaks is kept', async () => {
  const ended: Promise<unknown>[] = [];
  const upstream = createServer((socket) => {
    ended.push(once(socket, 'close'));
    socket.on('error', () => {}).on('data', (data) => socket.write(data));
  });
  const upstreamPort = await listening(upstream);
  const probe = createServer();
  const port = await listening(probe);
  probe.close();
  const env = { PORT: String(port), UPSTREAM: `127.0.0.1:${upstreamPort}`, IDLE_TIMEOUT_MS: '600' };
  const balancer = spawn(process.execPath, [main], { env: { ...process.env, ...env }, stdio: 'inherit' });
  onTestFinished(() => void balancer.kill('SIGKILL'));
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  await expect
    .poll(() =>
      open().then(
        (socket) => socket.destroy() && true,
        () => false,
      ),
    )
    .toBe(true);

  const client = await open();
  const closed = once(client, 'close');
  for (let word = 0; word < 6; word += 1) {
    client.write('word');
    await once(client, 'data');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(client.closed).toBe(false);
  await closed;
  await Promise.all(ended);
});
