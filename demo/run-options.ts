import { parseArgs } from 'node:util';
import type { EmbeddedSystemOptions } from './embedded/embedded-system.ts';
import { defaultPortBase, maxPortOffset } from './topology.ts';

/** What the command line of a run can say. */
export interface RunOptions extends EmbeddedSystemOptions {
  readonly portBase: number;
  readonly help: boolean;
}

/** The command line makes no sense; its message says what to write instead. */
export class BadOptionError extends Error {
  readonly code = 'E_BAD_OPTION';
}

export const runDefaults = { load: 5, restartAfterSeconds: 15, portBase: defaultPortBase } as const;
export const maxLoad = 1000;

export const usage = `Usage: pnpm demo [options]

  --load <orders/s>          orders per second to place, 0 to ${maxLoad} (default ${runDefaults.load})
  --restart-after <seconds>  how long a killed process stays down (default ${runDefaults.restartAfterSeconds})
  --port-base <port>         first of ${maxPortOffset + 1} ports in a row (default ${runDefaults.portBase})
  --fresh                    forget the orders of earlier runs
  --help                     this text

Environment: REDIS_URL uses a Redis that runs elsewhere; OTEL_EXPORTER_OTLP_ENDPOINT sends traces and metrics there;
JAEGER_URL is where orders link to their traces; LOG_LEVEL; BALLAST_DATA is the folder for data and logs (default .ballast in the checkout).
`;

function numberWithin(
  flag: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new BadOptionError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        load: { type: 'string' },
        'restart-after': { type: 'string' },
        'port-base': { type: 'string' },
        fresh: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new BadOptionError((error as Error).message);
  }
}

/** Reads `process.argv.slice(2)`; throws BadOptionError. */
export function readRunOptions(args: readonly string[]): RunOptions {
  const values = parse(args);
  const portBase = numberWithin(
    '--port-base',
    values['port-base'],
    runDefaults.portBase,
    1024,
    65_535 - maxPortOffset,
  );
  if (!Number.isInteger(portBase)) throw new BadOptionError('--port-base takes a whole number');
  return {
    load: numberWithin('--load', values.load, runDefaults.load, 0, maxLoad),
    restartAfterSeconds: numberWithin(
      '--restart-after',
      values['restart-after'],
      runDefaults.restartAfterSeconds,
      0,
      86_400,
    ),
    portBase,
    fresh: values.fresh ?? false,
    help: values.help ?? false,
  };
}
