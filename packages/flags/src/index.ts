export { flagDefaults } from './flag-defaults.ts';
export type { FlagLogger, Flags, FlagsSnapshot, OpenFlagsOptions } from './flags.ts';
export { InvalidOptionError } from './invalid-option-error.ts';
export { openFlags } from './open-flags.ts';
export { FlagFileError, setFlags } from './set-flags.ts';
export type { WatchFile } from './watch-file.ts';
