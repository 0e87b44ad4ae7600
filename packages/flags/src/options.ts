import {
  aFunction,
  checkArgument,
  checkOptions,
  onOff,
  type Rule,
  type Rules,
  text,
  textLike,
  withMethods,
} from '@ballast/resilience/primitives';

const aPath = textLike(/./s, 'a path');

const switches: Rule = {
  expected: 'an object of true and false',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const openFlagsRules: Rules = {
  file: aPath,
  defaults: switches,
  logger: withMethods('a logger with info and warn', 'info', 'warn'),
  domain: text,
  watch: aFunction,
};

/** @throws {InvalidOptionError} naming the option, what was expected and what was received */
export function checkOpenFlags(options: { readonly defaults: Readonly<Record<string, boolean>> }): void {
  checkOptions('openFlags', options, openFlagsRules, ['defaults']);
  checkSwitches('openFlags', 'defaults', options.defaults);
}

/** @throws {InvalidOptionError} as `checkOpenFlags` does */
export function checkSetFlags(file: string, wanted: Readonly<Record<string, boolean>>): void {
  checkArgument('setFlags', 'file', file, aPath);
  checkArgument('setFlags', 'wanted', wanted, switches);
  checkSwitches('setFlags', 'wanted', wanted);
}

function checkSwitches(of: string, option: string, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    checkArgument(of, `${option}.${key}`, value, onOff);
  }
}
