import { ManualClock } from '@ballast/resilience/testing';
import { describe, expect, test } from 'vitest';
import { LineWriter } from './line-writer.ts';

/** A file descriptor that takes what `room` allows, or fails. */
function descriptor() {
  let written = '';
  const state = {
    failsWith: undefined as string | undefined,
    room: Number.POSITIVE_INFINITY,
    attempts: 0,
    text: () => written,
  };
  const write = (bytes: Buffer): number => {
    state.attempts += 1;
    if (state.failsWith) throw Object.assign(new Error(state.failsWith), { code: state.failsWith });
    if (state.room === 0) throw Object.assign(new Error('again'), { code: 'EAGAIN' });
    const taken = bytes.subarray(0, state.room);
    state.room -= taken.length;
    written += taken.toString();
    return taken.length;
  };
  return { state, write };
}

function writer(maxBufferedBytes = 100) {
  const { state, write } = descriptor();
  const dropped: string[] = [];
  const clock = new ManualClock();
  const lines = new LineWriter({
    write,
    clock,
    maxBufferedBytes,
    onDrop: (code, count) => dropped.push(...Array.from({ length: count }, () => code)),
    noticeOf: (count) => `lost ${count}\n`,
  });
  return { state, dropped, clock, lines };
}

describe('a line that can not be written is dropped and counted', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG', 'EPIPE', 'EBADF'])(
    'on %s, and later ones arrive',
    (code) => {
      const { state, dropped, lines } = writer();
      state.failsWith = code;
      lines.write('lost\n');
      lines.write('lost\n');
      expect(dropped).toEqual([code, code]);
      state.failsWith = undefined;
      lines.write('arrives\n');
      lines.write('too\n');
      expect(state.text()).toBe('lost 2\narrives\ntoo\n');
    },
  );

  test('after half of it was written, the next one begins on a line of its own', async () => {
    const { state, dropped, clock, lines } = writer();
    state.room = 3;
    lines.write('first\n');
    state.failsWith = 'ENOSPC';
    lines.write('second\n');
    await clock.advance(50);
    expect(dropped).toEqual(['ENOSPC', 'ENOSPC']);
    Object.assign(state, { failsWith: undefined, room: 100 });
    lines.write('third\n');
    expect(state.text()).toBe('fir\nlost 2\nthird\n');
  });
});

describe('a reader that is slow', () => {
  test('gets every line, in order, as soon as it reads on', async () => {
    const { state, dropped, clock, lines } = writer();
    state.room = 4;
    for (const line of ['one\n', 'two\n', 'three\n']) lines.write(line);
    expect(state.text()).toBe('one\n');
    state.room = 2;
    await clock.advance(50);
    expect(state.text()).toBe('one\ntw');
    state.room = 100;
    lines.write('four\n');
    await clock.advance(50);
    expect(state.text()).toBe('one\ntwo\nthree\nfour\n');
    expect(dropped).toEqual([]);
  });

  test('is waited for only with so many bytes', async () => {
    const { state, dropped, clock, lines } = writer(10);
    state.room = 0;
    for (const line of ['one\n', 'two\n', 'three\n', 'x\n']) lines.write(line);
    expect(dropped).toEqual(['EAGAIN']);
    state.room = 100;
    await clock.advance(50);
    lines.write('more\n');
    expect(state.text()).toBe('one\ntwo\nx\nlost 1\nmore\n');
  });

  test('costs no attempt per line', () => {
    const { state, lines } = writer(1000);
    state.room = 0;
    for (let line = 0; line < 50; line += 1) lines.write('line\n');
    expect(state.attempts).toBe(1);
  });

  test('is given what waits when the process ends, and no more time than that takes', () => {
    const { state, dropped, lines } = writer();
    state.room = 0;
    lines.write('one\n');
    let pauses = 0;
    lines.end((pauseMs) => {
      pauses += pauseMs;
      if (pauses > 100) state.room = 100;
    });
    expect([state.text(), dropped]).toEqual(['one\n', []]);
    state.room = 0;
    lines.write('two\n');
    lines.end(() => {});
    expect(dropped).toEqual(['EAGAIN']);
  });
});
