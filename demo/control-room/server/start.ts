import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  anObject,
  checkOptions,
  integer,
  type Rule,
  text,
  textLike,
  withMethods,
} from '@ballast/resilience/primitives';
import { roomApp } from './app.ts';
import { ensurePage } from './ensure-page.ts';
import { openRoom, type RoomOptions } from './room.ts';

export interface ControlRoomOptions extends RoomOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Port the browser uses, where another one is published. @default the port listened on */
  readonly publicPort?: number | undefined;
}

export interface ControlRoom {
  readonly url: string;
  /** This start's bearer token, for tools; the page gets it with its HTML. */
  readonly token: string;
  close(): Promise<void>;
}

const optionRules: Readonly<Record<keyof ControlRoomOptions, Rule>> = {
  topology: anObject,
  port: integer(0, 65_535),
  host: text,
  publicPort: integer(1, 65_535),
  supervisor: withMethods('a supervisor', 'status', 'kill', 'start', 'stall', 'resume', 'onChange'),
  database: withMethods('a replicated database', 'failOver', 'status'),
  chaosToken: { ...text, isSecret: true },
  flagsFile: text,
  picturesFolder: text,
  probes: anObject,
  jaegerUrl: textLike(/^https?:\/\//, 'a URL with http or https'),
  logger: withMethods('a logger', 'info', 'warn'),
};

const required = ['topology', 'port', 'chaosToken', 'flagsFile', 'picturesFolder', 'logger'];

const limits = { maxHeaderSize: 8192, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };

/** Opens the control room; resolves when the page can be loaded. */
export async function startControlRoom(options: ControlRoomOptions): Promise<ControlRoom> {
  checkOptions('startControlRoom', options, optionRules, required);
  await ensurePage();
  const token = randomBytes(32).toString('base64url');
  const hosts = new Set<string>();
  const room = openRoom(options);
  const server = createServer(limits, roomApp({ room, check: { hosts, token }, options }));
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const publicPort = options.publicPort ?? port;
  for (const name of ['127.0.0.1', 'localhost']) hosts.add(`${name}:${publicPort}`).add(`${name}:${port}`);
  return {
    url: `http://127.0.0.1:${publicPort}`,
    token,
    async close() {
      await room.close();
      await closed(server);
    },
  };
}

async function closed(server: Server): Promise<void> {
  const gone = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await gone;
}
