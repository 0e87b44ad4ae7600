import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '@ballast/resilience/primitives';
import { afterEach, describe, expect, it } from 'vitest';
import { startProxy, type TcpProxy } from './proxy.ts';
import { latency, limitData, resetPeer, slicer, slowClose, timeout } from './toxics/index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Answers with what it got, once the client has sent its end; `name` tells replicas apart. */
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

/** A clock that stands still; its timers run when the test releases them. */
function heldClock(): Clock & { release(): void; readonly waiting: number[] } {
  const waiting: number[] = [];
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    waiting,
    setTimer(callback, delayMs) {
      waiting.push(delayMs);
      timers.add(callback);
      return { cancel: () => timers.delete(callback) };
    },
    release() {
      for (const callback of [...timers]) callback();
    },
  };
}

async function proxyTo(upstreams: { host: string; port: number }[], clock?: Clock): Promise<TcpProxy> {
  const proxy = await startProxy({ upstreams, random: () => 0.5, ...(clock && { clock }) });
  cleanups.push(() => proxy.close());
  return proxy;
}

function send(port: number, message: string): { answer: Promise<string>; socket: Socket } {
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
    expect(await send(proxy.port, message).answer).toBe(message);
  });

  it('deals connections to its upstreams in turn', async () => {
    const proxy = await proxyTo([await echoServer('a'), await echoServer('b')]);
    const answers = [
      await send(proxy.port, '').answer,
      await send(proxy.port, '').answer,
      await send(proxy.port, '').answer,
    ];
    expect(answers).toEqual(['a', 'b', 'a']);
  });

  it('tries the next upstream when one refuses', async () => {
    const dead = await echoServer('dead');
    dead.server.close();
    const proxy = await proxyTo([dead, await echoServer('alive')]);
    expect(await send(proxy.port, '').answer).toBe('alive');
  });

  it('resets the client when no upstream accepts', async () => {
    const dead = await echoServer();
    dead.server.close();
    const proxy = await proxyTo([dead]);
    await expect(send(proxy.port, '').answer).rejects.toThrow('ECONNRESET');
  });

  it('refuses connections while disabled and serves again on the same port', async () => {
    const proxy = await proxyTo([await echoServer()]);
    await proxy.disable();
    await expect(send(proxy.port, 'x').answer).rejects.toThrow('ECONNREFUSED');
    await proxy.enable();
    expect(await send(proxy.port, 'back').answer).toBe('back');
  });

  it('cuts also what is connected and has not reached its upstream when it is disabled', async () => {
    const proxy = await proxyTo([await echoServer()]);
    for (let turns = 0; turns < 6; turns += 1) {
      const waiting = connect({ port: proxy.port, host: '127.0.0.1' }).on('error', () => {});
      cleanups.push(() => waiting.destroy());
      await once(waiting, 'connect');
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
      await proxy.disable();
      await proxy.enable();
    }
  });

  it('leads new connections elsewhere while it is diverted, and cuts those that are led otherwise', async () => {
    const [own, other] = [await echoServer('own '), await echoServer('other ')];
    const proxy = await proxyTo([own]);
    const waiting = connect({ port: proxy.port, host: '127.0.0.1' }).on('error', () => {});
    await until(() => proxy.connections === 1);
    const leadBack = proxy.divert(other);
    await once(waiting, 'close');
    expect(await send(proxy.port, 'x').answer).toBe('other x');
    leadBack();
    expect(await send(proxy.port, 'x').answer).toBe('own x');
  });

  it('cuts live connections when disabled', async () => {
    const clock = heldClock();
    const proxy = await proxyTo([await echoServer()], clock);
    proxy.add(timeout({ timeoutMs: 0 }));
    const { socket } = send(proxy.port, 'x');
    const closed = once(socket, 'close').catch(() => {});
    await until(() => proxy.connections === 1);
    await proxy.disable();
    await closed;
    expect(proxy.connections).toBe(0);
  });
});

describe('a toxic on the proxy', () => {
  it('holds data back until its time has passed', async () => {
    const clock = heldClock();
    const proxy = await proxyTo([await echoServer()], clock);
    proxy.add(latency({ latencyMs: 500 }));
    const { answer } = send(proxy.port, 'hello');
    await until(() => clock.waiting.length === 1);
    expect(clock.waiting).toEqual([500]);
    clock.release();
    expect(await answer).toBe('hello');
  });

  it('lets held data go when it is removed', async () => {
    const clock = heldClock();
    const proxy = await proxyTo([await echoServer()], clock);
    const remove = proxy.add(latency({ latencyMs: 500 }));
    const { answer } = send(proxy.port, 'hello');
    await until(() => clock.waiting.length === 1);
    remove();
    expect(await answer).toBe('hello');
  });

  it('affects connections that were there before', async () => {
    const proxy = await proxyTo([await echoServer()]);
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    await until(() => proxy.connections === 1);
    proxy.add(resetPeer());
    socket.end('hello');
    await expect(text(socket)).rejects.toThrow('ECONNRESET');
  });

  it('leaves out connections according to its toxicity', async () => {
    const proxy = await proxyTo([await echoServer()]);
    proxy.add(resetPeer(), { toxicity: 0 });
    expect(await send(proxy.port, 'hello').answer).toBe('hello');
  });

  it('truncates with limit_data', async () => {
    const proxy = await proxyTo([await echoServer()]);
    proxy.add(limitData({ bytes: 3 }));
    expect(await send(proxy.port, 'hello').answer).toBe('hel');
  });

  it('works on what the client sends, too', async () => {
    const proxy = await proxyTo([await echoServer()]);
    proxy.add(slicer({ averageSize: 2 }), { direction: 'upstream' });
    expect(await send(proxy.port, 'hello').answer).toBe('hello');
  });

  it('keeps the connection open with slow_close, although all data has arrived', async () => {
    const clock = heldClock();
    const proxy = await proxyTo([await echoServer()], clock);
    proxy.add(slowClose({ delayMs: 300 }));
    const { answer, socket } = send(proxy.port, 'hello');
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    await until(() => clock.waiting.length === 1 && received === 'hello');
    expect(socket.readableEnded).toBe(false);
    clock.release();
    expect(await answer).toBe('hello');
  });

  it('chains with others in the order they were added', async () => {
    const clock = heldClock();
    const proxy = await proxyTo([await echoServer()], clock);
    proxy.add(slicer({ averageSize: 1 }));
    proxy.add(latency({ latencyMs: 7 }));
    const { answer } = send(proxy.port, 'ab');
    await until(() => clock.waiting.length === 1);
    clock.release();
    await until(() => clock.waiting.length === 2);
    clock.release();
    expect(await answer).toBe('ab');
    expect(clock.waiting).toEqual([7, 7]);
  });
});
