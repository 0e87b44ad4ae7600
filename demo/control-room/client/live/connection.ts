import { readEventStream } from '../../../event-stream.ts';
import type { Frame, Hello } from '../../protocol.ts';
import { authorized } from './token.ts';

export type Link = 'connecting' | 'live' | 'lost';

export interface Listener {
  onLink(link: Link): void;
  onHello(hello: Hello): void;
  onFrame(frame: Frame): void;
}

/** No frame for so long means the room is gone, even when the socket does not know it yet. */
const silenceMs = 5000;
const firstRetryMs = 400;
const maxRetryMs = 5000;

/** Follows the room's stream for as long as the page lives, reconnecting by itself. */
export async function follow(listener: Listener): Promise<never> {
  let retryMs = firstRetryMs;
  for (;;) {
    try {
      await readOnce(listener, () => {
        retryMs = firstRetryMs;
      });
    } catch {
      // The reason is of no use here: whatever it was, the answer is to try again.
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
  // A restarted room has a new token, which comes with the page.
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
