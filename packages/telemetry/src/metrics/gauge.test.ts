import { expect, test } from 'vitest';
import { startTestingSdk } from '../sdk/testing-sdk.ts';
import { gauge } from './gauge.ts';

const { seriesOf } = startTestingSdk();

test('a gauge shows the last value it was given, at every export until there is another', async () => {
  const parked = gauge('outbox.parked', '{row}');
  parked(3);
  parked(1);
  const last = [{ attributes: {}, value: 1 }];
  expect(await seriesOf('outbox.parked')).toEqual(last);
  expect(await seriesOf('outbox.parked')).toEqual(last);
});
