import { fstatSync, openSync, writeSync } from 'node:fs';
import { systemClock } from '@ballast/resilience/primitives';
import type { DestinationStream } from 'pino';
import { meter } from '../scope.ts';
import { LineWriter } from './line-writer.ts';

const maxBufferedBytes = 1024 * 1024;

/**
 * Standard output as a destination that never throws and never holds the process up. What it drops is the counter
 * `log.lines.dropped` with the reason as `error.type`, and a line of its own once lines arrive again.
 */
export function standardOutput(service: string): DestinationStream {
  const standardOutputFd = 1;
  if (isPipe(standardOutputFd)) {
    // Node opens the pipe as a stream and with that makes it non-blocking: a reader that has stopped reading would
    // otherwise stop this process. The listener is for console.log, whose errors would end the process too.
    process.stdout.on('error', () => {});
  }
  return linesTo(standardOutputFd, service);
}

/** A file as such a destination; lines are appended. */
export function logFile(path: string, service: string): DestinationStream {
  return linesTo(openSync(path, 'a'), service);
}

/** A stream that somebody else made as such a destination. */
export function guardedStream(stream: DestinationStream): DestinationStream {
  const count = countDropped();
  const onError = (error: unknown) => count((error as { code?: string }).code ?? 'unknown', 1);
  if ('on' in stream && typeof stream.on === 'function') stream.on('error', onError);
  return {
    write(line) {
      try {
        stream.write(line);
      } catch (error) {
        onError(error);
      }
    },
  };
}

function linesTo(fd: number, service: string): DestinationStream {
  const lines = new LineWriter({
    write: (bytes) => writeSync(fd, bytes),
    clock: systemClock,
    maxBufferedBytes,
    onDrop: countDropped(),
    noticeOf: (dropped) => `${JSON.stringify(noticeOf(dropped, service))}\n`,
  });
  process.once('exit', () => lines.end(sleep));
  return lines;
}

const noticeOf = (dropped: number, service: string) => ({
  level: 'warn',
  time: new Date().toISOString(),
  service,
  dropped,
  msg: 'log lines were dropped, because they could not be written',
});

function countDropped(): (code: string, lines: number) => void {
  const counter = meter().createCounter('log.lines.dropped', { unit: '{line}' });
  return (code, lines) => counter.add(lines, { 'error.type': code });
}

function isPipe(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false; // closed: every line is dropped
  }
}

const sleep = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
