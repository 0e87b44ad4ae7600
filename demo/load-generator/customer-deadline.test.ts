import { expect, test } from 'vitest';
import { atTheCustomer, customerDeadlineMs } from './customer-deadline.ts';
import { type Quality, qualities } from './quality.ts';

const unserved: readonly Quality[] = ['refused', 'failed'];
const served = qualities.filter((quality) => quality !== 'late' && !unserved.includes(quality));

test.each(served)('%s is late once the deadline of the customer has passed', (quality) => {
  expect(atTheCustomer(quality, customerDeadlineMs)).toBe(quality);
  expect(atTheCustomer(quality, customerDeadlineMs + 1)).toBe('late');
});

test.each(unserved)('%s stays what it is, however long it took', (quality) => {
  expect(atTheCustomer(quality, customerDeadlineMs + 1)).toBe(quality);
});
