import { parseArgs } from 'node:util';
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
  /** Protections that are switched off: what they are there for has to turn red. */
  readonly without: readonly ProtectionName[];
};

export const chaosDefaults = { minutes: 2, replicas: 1, rate: 40, portBase: 4100 } as const;

export const usage = `Usage: pnpm chaos [options]

  --minutes <n>    how long faults are on (default ${chaosDefaults.minutes})
  --seed <n>       which faults, when; the same seed plans the same (default: a new one, printed)
  --replicas <n>   of orders and of inventory, 1 to 3 (default ${chaosDefaults.replicas})
  --rate <n>       customers per second, however slow the shop is (default ${chaosDefaults.rate})
  --restarts <n>   instead of faults, restart the replicas of orders n times in good order, one after the other
  --without <a,b>  switch protections off, to see what they are there for: ${protectionNames.join(', ')}
  --port-base <n>  first of ${portsPerSystem} ports (default ${chaosDefaults.portBase})
  --help           this text

Exit code 0 when every invariant holds, 1 when one is broken, 2 when the command makes no sense.
`;

/** The command that repeats a run. */
export function titleOf({ minutes, seed, replicas, rate, restarts, without }: ChaosOptions): string {
  const harm = restarts > 0 ? `--restarts ${restarts}` : `--minutes ${minutes}`;
  const off = without.length > 0 ? ` --without ${without.join(',')}` : '';
  return `pnpm chaos ${harm} --seed ${seed} --replicas ${replicas} --rate ${rate}${off}`;
}

/** @throws TypeError or RangeError that says what to write instead; undefined when help is wanted. */
export function readChaosOptions(args: readonly string[]): ChaosOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
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
  return {
    minutes: numberIn('--minutes', values.minutes, chaosDefaults.minutes, 0.1, 10_000),
    seed: integerIn('--seed', values.seed, Math.floor(Math.random() * 1_000_000), 0, 2 ** 32 - 1),
    replicas: integerIn('--replicas', values.replicas, chaosDefaults.replicas, 1, 3),
    rate: numberIn('--rate', values.rate, chaosDefaults.rate, 0.1, 1000),
    restarts: integerIn('--restarts', values.restarts, 0, 0, 100_000),
    without: protectionsIn(values.without),
    portBase: integerIn('--port-base', values['port-base'], chaosDefaults.portBase, 1024, 65_000),
  };
}

function protectionsIn(text: string | undefined): ProtectionName[] {
  const names = text?.split(',').map((name) => name.trim()) ?? [];
  return names.map((name) => {
    const known = protectionNames.find((protection) => protection === name);
    if (!known) throw new RangeError(`--without takes ${protectionNames.join(', ')}, not "${name}"`);
    return known;
  });
}

function numberIn(
  flag: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  const value = text === undefined ? fallback : Number(text);
  if (text?.trim() === '' || !(value >= min && value <= max))
    throw new RangeError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
  return value;
}

function integerIn(...wish: Parameters<typeof numberIn>): number {
  const value = numberIn(...wish);
  if (!Number.isInteger(value)) throw new RangeError(`${wish[0]} takes a whole number, not "${wish[1]}"`);
  return value;
}
