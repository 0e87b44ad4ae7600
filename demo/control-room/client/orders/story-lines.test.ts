import { expect, test } from 'vitest';
import { storyLines } from './story-lines.ts';

test('each decision is one line; events of unknown type are left out', () => {
  const lines = storyLines([
    {
      atMs: 301,
      dependency: 'recommendation',
      type: 'attempt',
      attempt: 1,
      durationMs: 300,
      outcome: 'timeout',
    },
    { atMs: 301, dependency: 'recommendation', type: 'retry.rejected', reason: 'budget' },
    { atMs: 301, dependency: 'recommendation', type: 'breaker.transition', from: 'closed', to: 'open' },
    { atMs: 302, dependency: 'recommendation', type: 'fallback', source: 'cached', ageMs: 42_000 },
    { atMs: 302, dependency: 'recommendation', type: 'call.end', durationMs: 302, source: 'cached' },
    { atMs: 303, dependency: 'recommendation', type: 'something new' },
    { atMs: 303, dependency: 'recommendation', type: 'constructor' },
  ]);
  expect(lines.map(({ text }) => text)).toEqual([
    'attempt 1 timed out at 300 ms',
    'no retry: the budget is empty',
    'breaker closed → open',
    'served from cache, 42 s old',
  ]);
  expect(lines[0]).toMatchObject({ startMs: 1, endMs: 301, tone: 'bad' });
});
