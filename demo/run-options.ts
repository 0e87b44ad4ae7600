import { parseArgs } from 'node:util';
import { BadOptionError, numberOption } from './command-line.ts';
import { defaultPortBase, maxPortOffset } from './topology.ts';

/** What a run may be told on its command line. */
export interface RunOptions {
  readonly load: number;
  readonly restartAfterSeconds: number;
  readonly portBase: number;
  readonly fresh: boolean;
  readonly help: boolean;
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
  return {
    load: numberOption('--load', values.load, { fallback: runDefaults.load, min: 0, max: maxLoad }),
    restartAfterSeconds: numberOption('--restart-after', values['restart-after'], {
      fallback: runDefaults.restartAfterSeconds,
      min: 0,
      max: 86_400,
    }),
    portBase: numberOption('--port-base', values['port-base'], {
      fallback: runDefaults.portBase,
      min: 1024,
      max: 65_535 - maxPortOffset,
      isWhole: true,
    }),
    fresh: values.fresh ?? false,
    help: values.help ?? false,
  };
}
