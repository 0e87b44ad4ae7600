export { InvalidOptionError } from '@ballast/resilience/primitives';
export type { FlagLogger, Flags, FlagsSnapshot, OpenFlagsOptions } from './flags.ts';
export { openFlags } from './open-flags.ts';
export { FlagFileError, setFlags } from './set-flags.ts';
export type { WatchFile } from './watch-file.ts';
