import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { host, nodeOf, topologyAt } from '../topology.ts';
import { demandFreePorts } from './free-ports.ts';

test('a port in use is named together with what wanted it', async () => {
  const squatter = createServer().listen(0, host);
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  const topology = topologyAt(port - 2);
  await expect(demandFreePorts(topology)).rejects.toThrow(`Port ${port} is in use, and inventory wants it`);
  squatter.close();
  expect(nodeOf(topology, 'inventory').port).toBe(port);
});
