import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Frame, Hello } from '../protocol.ts';
import { liveStream } from './live-stream.ts';
import type { RoomState } from './room-state.ts';

// More than a viewer's socket holds, so that what comes later waits.
const hello = { history: 'x'.repeat(10_000_000) } as unknown as Hello;

async function openStream() {
  const listeners = new Set<(frame: Frame) => void>();
  const state = {
    now: () => ({ at: 1 }),
    subscribe(listener: (frame: Frame) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as RoomState;
  const closing = new AbortController();
  const stream = liveStream(state, () => hello, closing.signal) as unknown as RequestListener;
  const server = createServer(stream).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const view = async (method: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`${method} /api/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    await once(socket, 'readable');
    return socket;
  };
  return { listeners, closing, view };
}

test('a viewer that has stopped reading does not end the process when the room closes', async () => {
  const { listeners, closing, view } = await openStream();
  await view('GET');
  expect(listeners.size).toBe(1);
  const [send] = listeners;
  closing.abort();
  // A write after the end is an error event that nobody handles.
  expect(listeners.size).toBe(0);
  send?.({ at: 2 } as Frame);
  await new Promise(setImmediate);
});

test('HEAD is answered, and takes no place of a viewer', async () => {
  const { listeners, view } = await openStream();
  const socket = await view('HEAD');
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(text).toContain('content-type: text/event-stream');
  expect(listeners.size).toBe(0);
});
