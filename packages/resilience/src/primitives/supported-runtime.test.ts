import { expect, test } from 'vitest';
import { checkRuntime } from './supported-runtime.ts';

test.each(['18.20.0', '20.20.2', '21.0.0'])('rejects Node %s in one sentence', (version) => {
  const sentence = `@ballast/resilience needs Node 22 or later; this is Node ${version}`;
  expect(() => checkRuntime(version)).toThrow(sentence);
});

test.each(['22.0.0', '24.21.0', '26.10.0', '100.0.0'])('takes Node %s', (version) => {
  expect(() => checkRuntime(version)).not.toThrow();
});
