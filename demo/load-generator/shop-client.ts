import { Pool } from 'undici';

/** What came back from one attempt. `unknown`: it may have been done or not, which only another attempt can show. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      readonly retryAfter?: string | undefined;
    }
  | { readonly kind: 'unknown'; readonly code: string }
  /** The request was never sent. */
  | { readonly kind: 'unreachable'; readonly code: string };

export interface ShopRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ShopClient {
  send(request: ShopRequest): Promise<Reply>;
}

/** Longer than the deadline of orders itself, so that its own degraded answer can arrive. */
export const attemptTimeoutMs = 2000;
const neverSent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EADDRNOTAVAIL']);

function failure(error: unknown): Reply {
  const { code = 'E_UNKNOWN', name } = error as { code?: string; name?: string };
  if (name === 'TimeoutError') return { kind: 'unknown', code: 'timeout' };
  return neverSent.has(code) ? { kind: 'unreachable', code } : { kind: 'unknown', code };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** HTTP as a customer uses it: every attempt ends in time, and its reply says whether the request may have arrived. */
export function createShopClient(url: string): ShopClient {
  const pool = new Pool(url, { connections: 512, pipelining: 1, connect: { timeout: attemptTimeoutMs } });
  return {
    async send({ method, path, headers, body }) {
      try {
        const response = await pool.request({
          method,
          path,
          headers: { 'content-type': 'application/json', ...headers },
          body: body === undefined ? null : JSON.stringify(body),
          signal: AbortSignal.timeout(attemptTimeoutMs),
        });
        const retryAfter = response.headers['retry-after']?.toString();
        const text = await response.body.text();
        return { kind: 'answer', status: response.statusCode, body: parsed(text), retryAfter };
      } catch (error) {
        return failure(error);
      }
    },
  };
}
