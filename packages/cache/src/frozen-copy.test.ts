import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { frozenCopy } from './frozen-copy.ts';

describe('frozenCopy', () => {
  it('copies and freezes to the bottom, even what the schema passes through unread', () => {
    const mine = { list: [{ sku: 'x' }] };
    const copy = frozenCopy<typeof mine>(mine, z.any());
    expect(Object.isFrozen(mine.list[0])).toBe(false);
    expect(copy).toEqual({ ok: true, value: mine, json: '{"list":[{"sku":"x"}]}' });
    expect(copy.ok && Object.isFrozen(copy.value.list[0])).toBe(true);
  });

  it('rejects what the schema accepts now but not after a trip through Redis', () => {
    expect(frozenCopy(new Date(), z.date())).toEqual({ ok: false });
    expect(frozenCopy(new Date(0), z.coerce.date())).toMatchObject({ ok: true, value: new Date(0) });
  });

  it.each([undefined, () => {}, Symbol('x'), 1n])('rejects what has no JSON: %s', (value) => {
    expect(frozenCopy(value, z.any())).toEqual({ ok: false });
  });

  it('drops what the schema does not name, from the value and from the JSON', () => {
    const copy = frozenCopy({ sku: 'x', secret: 1 }, z.object({ sku: z.string() }));
    expect(copy).toEqual({ ok: true, value: { sku: 'x' }, json: '{"sku":"x"}' });
  });
});
