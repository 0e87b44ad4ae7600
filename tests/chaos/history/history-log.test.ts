import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openHistoryLog, readHistory } from './history-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the history log', () => {
  it('records a request before it is sent and its answer after', async () => {
    let now = 0;
    const log = openHistoryLog({ clock: { now: () => now } });
    await log.attempt({ operation: 'read', orderId: 'o1' }, async () => {
      expect(log.entries).toEqual([{ type: 'invoke', attempt: 1, at: 0, operation: 'read', orderId: 'o1' }]);
      now = 5;
      return { type: 'unknown', reason: 'reset' };
    });
    expect(log.entries[1]).toEqual({ type: 'unknown', attempt: 1, at: 5, reason: 'reset' });
  });

  it('tells apart attempts that overlap', async () => {
    const log = openHistoryLog({ clock: { now: () => 0 } });
    const ask = async () => ({ type: 'unknown', reason: 'timeout' }) as const;
    await Promise.all([
      log.attempt({ operation: 'read', orderId: 'a' }, ask),
      log.attempt({ operation: 'read', orderId: 'b' }, ask),
    ]);
    expect(log.entries.map((entry) => 'attempt' in entry && entry.attempt)).toEqual([1, 2, 1, 2]);
  });

  it('can be read back from its file, without a line that was cut off', async () => {
    const file = join(folder, 'history.jsonl');
    const log = openHistoryLog({ clock: { now: () => 1 }, file });
    await log.attempt(
      { operation: 'place', key: 'k', customerId: 'c', items: [{ sku: 'mug', quantity: 1 }] },
      async () => ({
        type: 'fail',
        status: 503,
        code: 'overloaded',
      }),
    );
    log.priced('mug', 990);
    log.requeued(2);
    log.healed();
    await log.close();
    appendFileSync(file, '{"type":"inv');
    expect(readHistory(file)).toEqual(log.entries);
  });
});
