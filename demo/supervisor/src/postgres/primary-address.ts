import { connect, createServer, type Server, type Socket } from 'node:net';
import { loopback } from '../loopback.ts';

/** One address before two servers: connections go to the primary, and end when another becomes it. */
export class PrimaryAddress {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #port: number | undefined;

  constructor() {
    this.#server = createServer({ noDelay: true }, (client) => this.#serve(client));
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((listening, failed) => {
      this.#server.once('error', failed).listen(port, loopback, listening);
    });
  }

  /** Where connections go from now on; undefined: nowhere, each one is reset. */
  leadTo(port: number | undefined): void {
    if (port === this.#port) return;
    this.#port = port;
    for (const client of this.#clients) client.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.leadTo(undefined);
    await new Promise((closed) => this.#server.close(closed));
  }

  #serve(client: Socket): void {
    client.on('error', () => client.destroy());
    if (this.#port === undefined) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#port, host: loopback, noDelay: true });
    this.#clients.add(client);
    server.on('error', () => client.resetAndDestroy()).on('close', () => client.destroy());
    client.on('close', () => {
      this.#clients.delete(client);
      server.destroy();
    });
    client.pipe(server).pipe(client);
  }
}
