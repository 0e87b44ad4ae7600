import { createServer } from 'node:net';
import { loopback } from './loopback.ts';

/** A port and what it is for. */
export interface NamedPort {
  readonly name: string;
  readonly port: number;
}

/** Another process listens where a part of the system wants to. */
export class PortInUseError extends Error {
  readonly code = 'E_PORT_IN_USE';
  readonly port: number;

  constructor({ name, port }: NamedPort) {
    super(
      `Port ${port} is in use, and ${name} wants it. Nothing was started.\n` +
        `Stop what listens there, or move the whole system: --port-base <port>`,
    );
    this.port = port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Checks every port before anything is started, and throws for the first one taken. */
export async function demandFreePorts(wanted: readonly NamedPort[]): Promise<void> {
  const checks = await Promise.all(wanted.map(async (one) => ({ one, free: await isFree(one.port) })));
  const taken = checks.find(({ free }) => !free);
  if (taken) throw new PortInUseError(taken.one);
}
