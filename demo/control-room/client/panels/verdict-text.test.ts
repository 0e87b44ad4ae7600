import { expect, test } from 'vitest';
import type { CheckResult } from '../../../scenarios/check-result.ts';
import type { ScenarioRun } from '../../protocol.ts';
import { checkText, verdictText } from './verdict-text.ts';

const check: CheckResult = {
  says: 'orders accepted',
  expected: 'at least 99 %',
  measured: '12 %',
  holds: false,
  declared: 'breaks (at most 20 %)',
  isAsDeclared: true,
};
const held: CheckResult = { ...check, holds: true, declared: 'holds' };
const run: ScenarioRun = {
  name: 'stubbed',
  title: 'Stubbed',
  variant: 'protected',
  state: 'done',
  startedAt: 0,
  durationMs: 1000,
  step: '',
  checks: [held, check],
  verdict: 'as declared',
  reason: null,
  picture: null,
};

test.each<[string, Partial<ScenarioRun>]>([
  ['As declared: every check holds.', {}],
  ['Not as declared: see the marked checks.', { verdict: 'not as declared' }],
  ['As declared: without the protection 1 of 2 checks breaks.', { variant: 'naive' }],
  ['As declared: without the protection 2 of 2 checks break.', { variant: 'naive', checks: [check, check] }],
  ['Not as declared: see the marked checks.', { variant: 'naive', verdict: 'not as declared' }],
  [
    'No verdict. The fault was not seen: orders accepted: 100 %',
    { verdict: 'no verdict', reason: 'The fault was not seen: orders accepted: 100 %' },
  ],
  ['Stopped; the system was restored.', { state: 'stopped', verdict: null }],
])('%s', (text, change) => {
  expect(verdictText({ ...run, ...change })).toBe(text);
});

test('a check says what must be, and without the protection what is declared', () => {
  expect(checkText(held, 'protected')).toBe('at least 99 %');
  expect(checkText(check, 'naive')).toBe('at least 99 %; without: breaks (at most 20 %)');
  expect(checkText({ ...held, isAsDeclared: false }, 'protected')).toBe('at least 99 % (not as declared)');
});
