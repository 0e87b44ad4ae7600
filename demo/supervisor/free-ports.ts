import { createServer } from 'node:net';
import { host, type Topology, type TopologyNode } from '../topology.ts';

/** Somebody else listens where a part of the system wants to. */
export class PortInUseError extends Error {
  readonly code = 'E_PORT_IN_USE';
  readonly port: number;
  constructor({ name, port }: TopologyNode) {
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
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Checks every port before anything is started, and throws for the first one taken. */
export async function demandFreePorts(topology: Topology): Promise<void> {
  const checks = await Promise.all(
    topology.nodes.map(async (node) => ({ node, free: await isFree(node.port) })),
  );
  const taken = checks.find(({ free }) => !free);
  if (taken) throw new PortInUseError(taken.node);
}
