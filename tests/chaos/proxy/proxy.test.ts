import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { startProxy, type TcpProxy } from './proxy.ts';
import type { Time } from './stream.ts';
import { latency, limitData, resetPeer, slicer, slowClose, timeout } from './toxics/index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Answers with what it got, once the client has finished speaking; `name` tells replicas apart. */
async function echoServer(name = ''): Promise<{ host: string; port: number; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.end(name + (await text(socket).catch(() => '')));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, server };
}

/** Time that passes only when the test says so. */
function heldTime(): Time & { release(): void; waiting: number[] } {
  const waiting: number[] = [];
  let wake: (() => void)[] = [];
  return {
    now: () => 0,
    random: () => 0.5,
    waiting,
    wait(ms, signal) {
      waiting.push(ms);
      return new Promise((resolve) => {
        wake.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
    release() {
      for (const resume of wake) resume();
      wake = [];
    },
  };
}

async function proxyTo(upstreams: { host: string; port: number }[], time?: Time): Promise<TcpProxy> {
  const proxy = await startProxy({ upstreams, ...(time && { time }) });
  cleanups.push(() => proxy.close());
  return proxy;
}

function say(port: number, message: string): { answer: Promise<string>; socket: Socket } {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end(message);
  const answer = text(socket);
  answer.catch(() => {});
  return { answer, socket };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise(setImmediate);
};

describe('the proxy', () => {
  it('carries bytes both ways, whatever their number', async () => {
    const proxy = await proxyTo([await echoServer()]);
    const message = 'x'.repeat(3 * 1024 * 1024);
    expect(await say(proxy.port, message).answer).toBe(message);
  });

  it('deals connections to its upstreams in turn', async () => {
    const proxy = await proxyTo([await echoServer('a'), await echoServer('b')]);
    const answers = [
      await say(proxy.port, '').answer,
      await say(proxy.port, '').answer,
      await say(proxy.port, '').answer,
    ];
    expect(answers).toEqual(['a', 'b', 'a']);
  });

  it('tries the next upstream when one refuses', async () => {
    const dead = await echoServer('dead');
    dead.server.close();
    const proxy = await proxyTo([dead, await echoServer('alive')]);
    expect(await say(proxy.port, '').answer).toBe('alive');
  });

  it('resets the client when no upstream answers', async () => {
    const dead = await echoServer();
    dead.server.close();
    const proxy = await proxyTo([dead]);
    await expect(say(proxy.port, '').answer).rejects.toThrow('ECONNRESET');
  });

  it('refuses while disabled and serves again on the same port', async () => {
    const proxy = await proxyTo([await echoServer()]);
    await proxy.disable();
    await expect(say(proxy.port, 'x').answer).rejects.toThrow('ECONNREFUSED');
    await proxy.enable();
    expect(await say(proxy.port, 'back').answer).toBe('back');
  });

  it('cuts live connections when disabled', async () => {
    const time = heldTime();
    const proxy = await proxyTo([await echoServer()], time);
    proxy.add(timeout({ timeoutMs: 0 }));
    const { socket } = say(proxy.port, 'x');
    const closed = once(socket, 'close').catch(() => {});
    await until(() => proxy.connections === 1);
    await proxy.disable();
    await closed;
    expect(proxy.connections).toBe(0);
  });
});

describe('a toxic on the proxy', () => {
  it('holds data back until its time has passed', async () => {
    const time = heldTime();
    const proxy = await proxyTo([await echoServer()], time);
    proxy.add(latency({ latencyMs: 500 }));
    const { answer } = say(proxy.port, 'hello');
    await until(() => time.waiting.length === 1);
    expect(time.waiting).toEqual([500]);
    time.release();
    expect(await answer).toBe('hello');
  });

  it('lets held data go when it is removed', async () => {
    const time = heldTime();
    const proxy = await proxyTo([await echoServer()], time);
    const cure = proxy.add(latency({ latencyMs: 500 }));
    const { answer } = say(proxy.port, 'hello');
    await until(() => time.waiting.length === 1);
    cure();
    expect(await answer).toBe('hello');
  });

  it('infects connections that were there before', async () => {
    const proxy = await proxyTo([await echoServer()]);
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    await until(() => proxy.connections === 1);
    proxy.add(resetPeer());
    socket.end('hello');
    await expect(text(socket)).rejects.toThrow('ECONNRESET');
  });

  it('leaves out connections by toxicity', async () => {
    const proxy = await proxyTo([await echoServer()]);
    proxy.add(resetPeer(), { toxicity: 0 });
    expect(await say(proxy.port, 'hello').answer).toBe('hello');
  });

  it('truncates with limit_data', async () => {
    const proxy = await proxyTo([await echoServer()]);
    proxy.add(limitData({ bytes: 3 }));
    expect(await say(proxy.port, 'hello').answer).toBe('hel');
  });

  it('works on what the client sends, too', async () => {
    const proxy = await proxyTo([await echoServer()]);
    proxy.add(slicer({ averageSize: 2 }), { direction: 'upstream' });
    expect(await say(proxy.port, 'hello').answer).toBe('hello');
  });

  it('keeps the connection open with slow_close, although all data has arrived', async () => {
    const time = heldTime();
    const proxy = await proxyTo([await echoServer()], time);
    proxy.add(slowClose({ delayMs: 300 }));
    const { answer, socket } = say(proxy.port, 'hello');
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    await until(() => time.waiting.length === 1 && received === 'hello');
    expect(socket.readableEnded).toBe(false);
    time.release();
    expect(await answer).toBe('hello');
  });

  it('chains with others in the order they were added', async () => {
    const time = heldTime();
    const proxy = await proxyTo([await echoServer()], time);
    proxy.add(slicer({ averageSize: 1 }));
    proxy.add(latency({ latencyMs: 7 }));
    const { answer } = say(proxy.port, 'ab');
    await until(() => time.waiting.length === 1);
    time.release();
    await until(() => time.waiting.length === 2);
    time.release();
    expect(await answer).toBe('ab');
    expect(time.waiting).toEqual([7, 7]);
  });
});
