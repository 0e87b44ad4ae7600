import type { EdgeName } from '../nemesis/fault.ts';
import { startProxy, type TcpProxy } from '../proxy/proxy.ts';
import type { Layout } from './layout.ts';

const host = '127.0.0.1';

export type Proxies = {
  readonly byEdge: ReadonlyMap<EdgeName, TcpProxy>;
  /** HTTP requests that were sent over an edge so far, counted on the wire. */
  requestsOver(edge: EdgeName): number;
  close(): Promise<void>;
};

/** Each request begins a chunk of its own: clients here do not pipeline. */
const requestLine = /^(GET|PUT|POST|DELETE) \/v1\//;

/** Puts a proxy on every connection of the layout. */
export async function openProxies({ edges }: Layout): Promise<Proxies> {
  const byEdge = new Map<EdgeName, TcpProxy>();
  const requests = new Map<EdgeName, number>();
  for (const { name, port, upstreamPorts } of edges) {
    const proxy = await startProxy({
      listen: { port },
      upstreams: upstreamPorts.map((upstreamPort) => ({ host, port: upstreamPort })),
      onRequestData: (data) => {
        if (requestLine.test(data.toString('latin1', 0, 16)))
          requests.set(name, (requests.get(name) ?? 0) + 1);
      },
    });
    byEdge.set(name, proxy);
  }
  return {
    byEdge,
    requestsOver: (edge) => requests.get(edge) ?? 0,
    async close() {
      await Promise.all([...byEdge.values()].map((proxy) => proxy.close()));
    },
  };
}
