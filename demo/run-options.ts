import { numberOption, parseCommandLine, wholeNumberOption } from './command-line.ts';
import type { EmbeddedSystemOptions } from './embedded/embedded-system.ts';
import { defaultPortBase, maxPortOffset } from './topology.ts';

/** What the command line of a run can say. */
export interface RunOptions extends EmbeddedSystemOptions {
  readonly portBase: number;
  /** A second PostgreSQL that follows the first, to fail over to. */
  readonly standby: boolean;
  readonly help: boolean;
}

export const runDefaults = { load: 5, restartAfterSeconds: 15, portBase: defaultPortBase } as const;
export const maxLoad = 1000;

export const usage = `Usage: pnpm demo [options]

  --load <orders/s>          orders per second to place, 0 to ${maxLoad} (default ${runDefaults.load})
  --restart-after <seconds>  how long a killed process stays down (default ${runDefaults.restartAfterSeconds})
  --port-base <port>         first of ${maxPortOffset + 1} ports in a row (default ${runDefaults.portBase})
  --standby                  a second PostgreSQL that follows the first, to fail over to
  --fresh                    forget the orders of earlier runs
  --help                     this text

Environment: REDIS_URL uses a Redis that runs elsewhere; OTEL_EXPORTER_OTLP_ENDPOINT sends traces and metrics there;
JAEGER_URL is where orders link to their traces; LOG_LEVEL; BALLAST_DATA is the folder for data and logs (default .ballast in the checkout).
`;

/** Reads `process.argv.slice(2)`; throws BadOptionError. */
export function readRunOptions(args: readonly string[]): RunOptions {
  const { values } = parseCommandLine(args, {
    options: {
      load: { type: 'string' },
      'restart-after': { type: 'string' },
      'port-base': { type: 'string' },
      standby: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    load: numberOption({
      flag: '--load',
      text: values.load,
      defaultValue: runDefaults.load,
      min: 0,
      max: maxLoad,
    }),
    restartAfterSeconds: numberOption({
      flag: '--restart-after',
      text: values['restart-after'],
      defaultValue: runDefaults.restartAfterSeconds,
      min: 0,
      max: 86_400,
    }),
    portBase: portBaseOption(values['port-base'], runDefaults.portBase),
    standby: values.standby,
    fresh: values.fresh,
    help: values.help,
  };
}

/** The first of the system's ports; throws BadOptionError. */
export const portBaseOption = (text: string | undefined, defaultValue: number): number =>
  wholeNumberOption({ flag: '--port-base', text, defaultValue, min: 1024, max: 65_535 - maxPortOffset });
