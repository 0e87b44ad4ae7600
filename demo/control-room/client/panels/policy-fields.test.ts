import { expect, test } from 'vitest';
import { missing } from '../format.ts';
import { fieldsOf } from './policy-fields.ts';

test('a policy is shown by its own names, with the unit they carry', () => {
  const policy = {
    state: 'open',
    failureRatio: 0.5,
    retryInMs: 1500,
    budget: { maxRatio: 0.1 },
    none: null,
    settings: {},
  };
  expect(fieldsOf(policy)).toEqual([
    { name: 'failure ratio', value: '50 %' },
    { name: 'retry in', value: '1.5 s' },
    { name: 'budget max ratio', value: '10 %' },
    { name: 'none', value: missing },
  ]);
});
