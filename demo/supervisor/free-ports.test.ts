import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { host, nodeOf, topologyAt } from '../topology.ts';
import { demandFreePorts } from './free-ports.ts';

/** Below the ports that systems hand out by themselves, or another test's server could sit next to ours. */
async function freeTopology() {
  for (let base = 20_000; base < 32_000; base += 10) {
    const topology = topologyAt(base);
    const isFree = await demandFreePorts(topology).then(
      () => true,
      () => false,
    );
    if (isFree) return topology;
  }
  throw new Error('no free ports between 20000 and 32000');
}

test('a port in use is named together with what wanted it', async () => {
  const topology = await freeTopology();
  const { port } = nodeOf(topology, 'inventory');
  const squatter = createServer().listen(port, host);
  await once(squatter, 'listening');
  await expect(demandFreePorts(topology)).rejects.toThrow(`Port ${port} is in use, and inventory wants it`);
  squatter.close();
});
