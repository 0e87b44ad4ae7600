import { setTimeout as delay } from 'node:timers/promises';
import { readEventStream } from '../event-stream.ts';

export interface FollowOptions {
  readonly url: string;
  /** Called with the parsed data of each event of that name. */
  readonly event: string;
  readonly onData: (data: unknown) => void;
  /** The stream ended or never began. */
  readonly onLost: () => void;
  readonly signal: AbortSignal;
}

const retryMs = 500;
/** A stopped process keeps its connections open; that nothing comes is the only sign. */
const silenceMs = 4000;

/** Reads an event stream until the signal, and connects again whenever it is lost. */
export async function follow(options: FollowOptions): Promise<void> {
  while (!options.signal.aborted) {
    await followOnce(options).catch(() => {});
    if (options.signal.aborted) return;
    options.onLost();
    await delay(retryMs, undefined, { signal: options.signal }).catch(() => {});
  }
}

async function followOnce({ url, event, onData, signal }: FollowOptions): Promise<void> {
  const silent = new AbortController();
  const watchdog = setTimeout(() => silent.abort(), silenceMs);
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream' },
      signal: AbortSignal.any([signal, silent.signal]),
      redirect: 'error',
    });
    if (!response.ok || !response.body) return;
    for await (const message of readEventStream(response.body)) {
      watchdog.refresh();
      if (message.event === event) onData(JSON.parse(message.data));
    }
  } finally {
    clearTimeout(watchdog);
  }
}
