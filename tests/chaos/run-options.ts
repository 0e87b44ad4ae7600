import {
  BadOptionError,
  numberOption,
  parseCommandLine,
  wholeNumberOption,
} from '@ballast/demo/command-line';
import { type ProtectionName, protectionNames } from '@ballast/service-kit/protections';
import { portsPerSystem } from './system/layout.ts';

export type ChaosOptions = {
  readonly minutes: number;
  readonly seed: number;
  readonly replicas: number;
  readonly rate: number;
  readonly portBase: number;
  /** Rolling restarts of orders instead of faults; 0 for faults. */
  readonly restarts: number;
  /** Protections to switch off, so that an invariant breaks without them. */
  readonly without: readonly ProtectionName[];
};

export const chaosDefaults = { minutes: 2, replicas: 1, rate: 40, portBase: 4100 } as const;

export const usage = `Usage: pnpm chaos [options]

  --minutes <n>    how long faults are on (default ${chaosDefaults.minutes})
  --seed <n>       which faults, when; the same seed plans the same (default: a new one, printed)
  --replicas <n>   of each service, 1 to 3 (default ${chaosDefaults.replicas})
  --rate <n>       customers per second, however slow the answers are (default ${chaosDefaults.rate})
  --restarts <n>   instead of faults, restart the replicas of orders n times with SIGTERM, one after the other
  --without <a,b>  switch protections off, to see what breaks without them: ${protectionNames.join(', ')}
  --port-base <n>  first of ${portsPerSystem} ports (default ${chaosDefaults.portBase})
  --help           this text

Exit code 0 when every invariant holds, 1 when one is broken, 2 when the command makes no sense, 3 when the run was
inconclusive: nothing is broken, but something that has to occur did not, and the report names it.
`;

/** The command that repeats a run. */
export function titleOf({ minutes, seed, replicas, rate, restarts, without }: ChaosOptions): string {
  const faults = restarts > 0 ? `--restarts ${restarts}` : `--minutes ${minutes}`;
  const off = without.length > 0 ? ` --without ${without.join(',')}` : '';
  return `pnpm chaos ${faults} --seed ${seed} --replicas ${replicas} --rate ${rate}${off}`;
}

/** Undefined when help is wanted; throws BadOptionError. */
export function readChaosOptions(args: readonly string[]): ChaosOptions | undefined {
  const { values } = parseCommandLine(args, {
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      replicas: { type: 'string' },
      rate: { type: 'string' },
      restarts: { type: 'string' },
      without: { type: 'string' },
      'port-base': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const number = (name: NumberName, defaultValue: number, min: number, max: number) =>
    numberOption({ flag: `--${name}`, text: values[name], defaultValue, min, max });
  const wholeNumber = (name: NumberName, defaultValue: number, min: number, max: number) =>
    wholeNumberOption({ flag: `--${name}`, text: values[name], defaultValue, min, max });
  return {
    minutes: number('minutes', chaosDefaults.minutes, 0.1, 10_000),
    seed: wholeNumber('seed', Math.floor(Math.random() * 1_000_000), 0, 2 ** 32 - 1),
    replicas: wholeNumber('replicas', chaosDefaults.replicas, 1, 3),
    rate: number('rate', chaosDefaults.rate, 0.1, 1000),
    restarts: wholeNumber('restarts', 0, 0, 100_000),
    without: protectionsIn(values.without),
    portBase: wholeNumber('port-base', chaosDefaults.portBase, 1024, 65_535 - portsPerSystem),
  };
}

type NumberName = 'minutes' | 'seed' | 'replicas' | 'rate' | 'restarts' | 'port-base';

function protectionsIn(text: string | undefined): ProtectionName[] {
  const names = text?.split(',').map((name) => name.trim()) ?? [];
  return names.map((name) => {
    const known = protectionNames.find((protection) => protection === name);
    if (!known) throw new BadOptionError(`--without takes ${protectionNames.join(', ')}, not "${name}"`);
    return known;
  });
}
