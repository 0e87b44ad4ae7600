import { type Logger, silentLogger } from '../process/logger.ts';
import type { Closable } from './shutdown.ts';

export interface BackgroundTaskOptions {
  /** As in logs. */
  name: string;
  /** The pause between runs, +-25 % at random so that replicas do not march in step. */
  everyMs: number;
  /** One bounded piece of work; `true` asks to be run again at once. */
  run: () => Promise<unknown>;
  logger?: Logger;
  random?: () => number;
}

export interface BackgroundTask extends Closable {
  /** Ends the pause: there is something to do. */
  wake(): void;
  /** Waits for the run at work and starts no other. */
  close(): Promise<void>;
}

/** Runs a piece of work again and again, never twice at once, and survives its failures. */
export function startBackgroundTask(options: BackgroundTaskOptions): BackgroundTask {
  const { name, everyMs, run, logger = silentLogger, random = Math.random } = options;
  let isClosed = false;
  let isAwake = false;
  let isFailing = false;
  let endPause = () => {};

  async function runOnce(): Promise<boolean> {
    try {
      const more = await run();
      if (isFailing) logger.info({ task: name }, 'background task works again');
      isFailing = false;
      return more === true;
    } catch (err) {
      // Once per outage: a task that runs four times a second would bury the rest of the log.
      if (!isFailing) logger.warn({ err, task: name }, 'background task failed, it will be tried again');
      isFailing = true;
      return false;
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs * (0.75 + random() / 2)).unref();
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function loop() {
    while (!isClosed) {
      isAwake = false;
      const more = await runOnce();
      if (!more && !isClosed && !isAwake) await pause();
    }
  }

  const finished = loop();
  return {
    name,
    wake() {
      isAwake = true;
      endPause();
    },
    async close() {
      isClosed = true;
      endPause();
      await finished;
    },
  };
}
