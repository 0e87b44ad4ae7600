import { describe, expect, it } from 'vitest';
import { KeyWatch } from './key-watch.ts';

describe('the watch on keys', () => {
  it('knows the key of an order after it has been forgotten', () => {
    const watch = new KeyWatch();
    watch.note([{ orderId: 'o1', key: 'k1' }]);
    watch.note([{ orderId: 'o2', key: 'k2' }]);
    expect(watch.keyOf({ id: 'o1', key: '' })).toBe('k1');
    expect(watch.findings()).toEqual({ forgottenKeys: 1, forgottenWhilePending: [] });
  });

  it('believes the table where it still has the key', () => {
    expect(new KeyWatch().keyOf({ id: 'o1', key: 'k1' })).toBe('k1');
    expect(new KeyWatch().keyOf({ id: 'o1', key: '' })).toBe('no key');
  });

  it('notes an order that is pending without a key', () => {
    const watch = new KeyWatch();
    watch.note([{ orderId: 'o1', key: null }]);
    watch.note(undefined);
    expect(watch.findings()).toEqual({ forgottenKeys: 0, forgottenWhilePending: ['o1'] });
  });
});
