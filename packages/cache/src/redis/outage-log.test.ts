import { ManualClock } from '@ballast/resilience/testing';
import { describe, expect, it } from 'vitest';
import { OutageLog } from './outage-log.ts';

function logged() {
  const clock = new ManualClock();
  const lines: { readonly message: string; readonly error: string }[] = [];
  const log = ({ err }: { err?: Error }, message: string) => lines.push({ message, error: String(err) });
  return { clock, lines, log: new OutageLog({ warn: log, info: log }, clock) };
}

const replyError = (message: string) =>
  Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'auth', args: ['s3cret'] } });
const full = replyError("OOM command not allowed when used memory > 'maxmemory'.");
const moved = replyError('MOVED 3999 127.0.0.1:6381');
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('errors of commands', () => {
  it('are reported once while the command goes on failing, whatever other commands do', async () => {
    const { clock, lines, log } = logged();
    for (let i = 0; i < 100; i++) {
      log.commandFailed('set', full);
      log.commandFailed('unlink', full);
      log.commandSucceeded('getrange');
      log.ready();
      await clock.advance(60_000);
    }
    expect(lines).toEqual([
      { message: expect.stringContaining('maxmemory'), error: `ReplyError: ${full.message}` },
    ]);
  });

  it('are reported again in the next outage', async () => {
    const { clock, lines, log } = logged();
    for (let outage = 1; outage <= 3; outage++) {
      log.commandFailed('set', full);
      await clock.advance(10_000);
      log.commandSucceeded('set');
      expect(lines).toHaveLength(outage);
    }
  });

  it('that come and go within ten seconds are one outage', async () => {
    const { clock, lines, log } = logged();
    for (let i = 0; i < 100; i++) {
      log.commandFailed('set', full);
      await clock.advance(9999);
      log.commandSucceeded('set');
    }
    expect(lines).toHaveLength(1);
  });

  it('of a cluster are reported once, since a node answers for some of the keys', async () => {
    const { clock, lines, log } = logged();
    for (let i = 0; i < 100; i++) {
      log.commandFailed('getrange', moved);
      await clock.advance(60_000);
      log.commandSucceeded('getrange');
    }
    expect(lines).toHaveLength(1);
  });

  it.each(['MOVED', 'ASK', 'CROSSSLOT', 'CLUSTERDOWN', 'TRYAGAIN'])('name the cluster: %s', (kind) => {
    const { lines, log } = logged();
    log.commandFailed('set', replyError(`${kind} and so on`));
    expect(lines).toEqual([{ message: expect.stringContaining('Cluster client'), error: expect.anything() }]);
  });

  it('are none when an entry is of another type, or nothing came from Redis', () => {
    const { lines, log } = logged();
    log.commandFailed('getrange', replyError('WRONGTYPE Operation against a key'));
    log.commandFailed('getrange', new Error('Command timed out'));
    for (const error of [undefined, null, 'text', {}]) log.commandFailed('getrange', error);
    expect(lines).toEqual([]);
  });

  it('are counted by kind when they name none', () => {
    const { lines, log } = logged();
    log.commandFailed('set', replyError('something strange'));
    log.commandFailed('set', replyError('ERR unknown command'));
    expect(lines).toHaveLength(1);
  });
});

describe('outages of the connection', () => {
  it('are reported once, and each other reason for them once', () => {
    const { lines, log } = logged();
    for (let i = 0; i < 3; i++) {
      log.lost(reset);
      log.lost(replyError('WRONGPASS invalid username-password pair'));
    }
    log.ready();
    log.ready();
    expect(lines.map(({ message }) => message)).toEqual([
      'redis is lost, the cache goes on without it',
      expect.stringMatching(/^redis does not accept the credentials/),
      'redis is back',
    ]);
  });

  it('show no arguments of the command that failed', () => {
    const shown: unknown[] = [];
    const warn = (fields: object) => shown.push(fields);
    const log = new OutageLog({ warn, info: warn });
    log.lost(replyError("ERR unknown command 'AUTH', with args beginning with: 's3cret'"));
    const [{ err }] = shown as [{ err: Error }];
    expect(`${JSON.stringify(shown)} ${err.stack} ${err.message} ${Object.keys(err)}`).not.toContain(
      's3cret',
    );
    expect(err).toMatchObject({ name: 'ReplyError', message: "ERR unknown command 'AUTH'" });
  });

  it('keep what Node says of them', () => {
    const shown: unknown[] = [];
    const warn = (fields: object) => shown.push(fields);
    new OutageLog({ warn, info: warn }).lost(reset);
    expect(shown).toEqual([{ err: reset }]);
  });
});
