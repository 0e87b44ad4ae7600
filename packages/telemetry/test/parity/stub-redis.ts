import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

const answers: Readonly<Record<string, string>> = {
  info: '$18\r\nredis_version:8.0\n\r\n',
  get: '$1\r\n7\r\n',
  lpush: '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n',
  exec: '*2\r\n$1\r\n7\r\n:8\r\n',
};

/** Understands the few commands that the shop sends. */
export async function startStubRedis(): Promise<number> {
  const server = createServer((socket) => {
    let isQueueing = false;
    socket.unref();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      // Each command is an array of strings, and the stub is sent whole ones.
      for (const [, name = ''] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const command = name.toLowerCase();
        const isEnd = command === 'exec';
        socket.write(isQueueing && !isEnd ? '+QUEUED\r\n' : (answers[command] ?? '+OK\r\n'));
        isQueueing = command === 'multi' || (isQueueing && !isEnd);
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.unref();
  return (server.address() as AddressInfo).port;
}
