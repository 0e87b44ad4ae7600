import { expect, test } from 'vitest';
import { gauge } from './gauge.ts';
import { startTestingSdk } from './testing-sdk.ts';

const { seriesOf } = startTestingSdk();

test('a gauge shows the last value it was told, also when nothing new was told since', async () => {
  const parked = gauge('outbox.parked', '{row}');
  parked(3);
  parked(1);
  const last = [{ attributes: {}, value: 1 }];
  expect(await seriesOf('outbox.parked')).toEqual(last);
  expect(await seriesOf('outbox.parked')).toEqual(last);
});
