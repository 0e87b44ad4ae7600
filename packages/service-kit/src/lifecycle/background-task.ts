import {
  aClock,
  aFunction,
  between,
  type Clock,
  checkOptions,
  longestTimerMs,
  type Random,
  systemClock,
  text,
} from '@ballast/resilience/primitives';
import { aLogger, type Logger, silentLogger } from '../process/logger.ts';
import type { Closable } from './shutdown.ts';

export interface BackgroundTaskOptions {
  /** As in logs. */
  readonly name: string;
  /** The pause between runs, a quarter more or less at random, so that replicas do not all run at once. */
  readonly everyMs: number;
  /** One bounded piece of work; `true` asks to be run again at once. */
  readonly run: () => Promise<unknown>;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface BackgroundTask extends Closable {
  /** Ends the pause: there is something to do. */
  wake(): void;
  /** Waits for the run at work and starts no other. */
  close(): Promise<void>;
}

const jitterRatio = 0.25;

const taskRules = {
  name: text,
  everyMs: between(1, Math.floor(longestTimerMs / (1 + jitterRatio))),
  run: aFunction,
  logger: aLogger,
  clock: aClock,
  random: aFunction,
};

/**
 * Runs a piece of work again and again, never twice at once, and survives its failures.
 *
 * @throws {InvalidOptionError} for an option that does not exist or makes no sense
 */
export function startBackgroundTask(options: BackgroundTaskOptions): BackgroundTask {
  checkOptions('startBackgroundTask', options, taskRules, ['name', 'everyMs', 'run']);
  const { name, everyMs, run, logger = silentLogger, clock = systemClock, random = Math.random } = options;
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
      const pauseMs = everyMs * (1 + jitterRatio * (2 * random() - 1));
      const timer = clock.setTimer(resolve, pauseMs, 'background');
      endPause = () => {
        timer.cancel();
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
