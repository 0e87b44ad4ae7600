import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { demandFreePorts, type NamedPort } from './free-ports.ts';
import { loopback } from './loopback.ts';

/** Below the ports that systems hand out by themselves, or another test's server could sit next to ours. */
async function freePorts(): Promise<NamedPort[]> {
  for (let base = 20_000; base < 32_000; base += 10) {
    const ports = ['orders', 'inventory', 'postgres'].map((name, index) => ({ name, port: base + index }));
    const isFree = await demandFreePorts(ports).then(
      () => true,
      () => false,
    );
    if (isFree) return ports;
  }
  throw new Error('no free ports between 20000 and 32000');
}

test('a port in use is named together with what wanted it', async () => {
  const ports = await freePorts();
  const { port } = ports[1] as NamedPort;
  const occupant = createServer().listen(port, loopback);
  await once(occupant, 'listening');
  await expect(demandFreePorts(ports)).rejects.toThrow(`Port ${port} is in use, and inventory wants it`);
  occupant.close();
});
