import { describe, expect, test } from 'vitest';
import { BadOptionError } from './command-line.ts';
import { maxLoad, readRunOptions, runDefaults, usage } from './run-options.ts';

test('without options the defaults apply', () => {
  expect(readRunOptions([])).toEqual({ ...runDefaults, standby: false, fresh: false, help: false });
});

test('each option is read, also behind the -- of a package manager', () => {
  const args = ['--', '--load', '20', '--restart-after=0.5', '--port-base', '5000', '--standby', '--fresh'];
  expect(readRunOptions(args)).toEqual({
    load: 20,
    restartAfterSeconds: 0.5,
    portBase: 5000,
    standby: true,
    fresh: true,
    help: false,
  });
});

describe('a value that makes no sense is rejected and named', () => {
  const cases: [string[], RegExp][] = [
    [['--load', 'many'], /--load .*"many"/],
    [['--load', `${maxLoad + 1}`], /--load .*1001/],
    [['--load', '1e2'], /--load/],
    [['--restart-after', ''], /--restart-after/],
    [['--port-base', '65530'], /--port-base/],
    [['--port-base', '80'], /--port-base .*from 1024/],
    [['--port-base', '4000.5'], /--port-base/],
    [['--laod', '5'], /--laod/],
    [['twenty'], /twenty/],
  ];
  test.each(cases)('%j', (args, message) => {
    expect(() => readRunOptions(args)).toThrow(message);
    expect(() => readRunOptions(args)).toThrow(BadOptionError);
  });
});

test('the help tells the defaults that apply', () => {
  expect(usage).toContain(`default ${runDefaults.load})`);
  expect(usage).toContain(`default ${runDefaults.restartAfterSeconds})`);
  expect(usage).toContain(`default ${runDefaults.portBase})`);
});
