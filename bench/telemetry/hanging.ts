// A collector that hangs: it accepts connections and never answers.
import { type AddressInfo, createServer } from 'node:net';

const server = createServer(() => {});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
