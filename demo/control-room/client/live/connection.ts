import { readEventStream } from '../../../event-stream.ts';
import type { Frame, Hello } from '../../protocol.ts';
import { authorized } from './token.ts';

export type Link = 'connecting' | 'live' | 'lost';

export interface Listener {
  onLink(link: Link): void;
  onHello(hello: Hello): void;
  onFrame(frame: Frame): void;
}

/** Without a frame for this time the connection is lost, even when the socket is still open. */
const silenceMs = 5000;
const firstRetryMs = 400;
const maxRetryMs = 5000;

/** Reads the stream as long as the page is open, and connects again whenever it is lost. */
export async function follow(listener: Listener): Promise<never> {
  let retryMs = firstRetryMs;
  for (;;) {
    try {
      await readOnce(listener, () => {
        retryMs = firstRetryMs;
      });
    } catch {
      // Whatever the reason was, the page connects again.
    }
    listener.onLink('lost');
    await new Promise((resolve) => setTimeout(resolve, retryMs));
    retryMs = Math.min(maxRetryMs, retryMs * 1.6);
  }
}

async function readOnce(listener: Listener, onAlive: () => void): Promise<void> {
  const abort = new AbortController();
  let watchdog = setTimeout(() => abort.abort(), silenceMs);
  const response = await fetch('/api/stream', authorized({ signal: abort.signal, cache: 'no-store' }));
  // A restarted control room has a new token, which comes with the page.
  if (response.status === 401) location.reload();
  if (!response.ok || !response.body) return;
  for await (const { event, data } of readEventStream(response.body)) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => abort.abort(), silenceMs);
    onAlive();
    listener.onLink('live');
    if (event === 'hello') listener.onHello(JSON.parse(data) as Hello);
    if (event === 'frame') listener.onFrame(JSON.parse(data) as Frame);
  }
  clearTimeout(watchdog);
}
