import { checkArgument, withMethods } from '@ballast/resilience/primitives';
import { logs, SeverityNumber } from '@opentelemetry/api';
import { hasSdk, scopeName } from '../scope.ts';

/** What `observeFlags` needs of the flags of `@ballast/flags`. */
export interface ObservableFlags {
  isOn(key: string): boolean;
  onChange(listener: (changedKeys: readonly string[]) => void): () => void;
}

const someFlags = withMethods('flags of @ballast/flags', 'isOn', 'onChange');

/**
 * Writes a `feature_flag.evaluation` event for each flag that changes its value (semantic conventions of feature
 * flags): a graph that changes its shape at that moment has a reason. One per change and not one per evaluation, since
 * flags are asked in each request.
 *
 * @throws {InvalidOptionError} for anything but flags
 * @returns how to stop
 */
export function observeFlags(flags: ObservableFlags): () => void {
  checkArgument('observeFlags', 'flags', flags, someFlags);
  if (!hasSdk()) return () => {};
  const logger = logs.getLogger(scopeName);
  return flags.onChange((changed) => {
    for (const key of changed) {
      const value = flags.isOn(key);
      logger.emit({
        eventName: 'feature_flag.evaluation',
        severityNumber: SeverityNumber.INFO,
        severityText: 'info',
        body: `${key} is ${value ? 'on' : 'off'}`,
        attributes: {
          'feature_flag.key': key,
          'feature_flag.result.variant': value ? 'on' : 'off',
          'feature_flag.provider.name': 'ballast-flag-file',
        },
      });
    }
  });
}
