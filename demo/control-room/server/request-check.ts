import { createHash, timingSafeEqual } from 'node:crypto';

/** What the gate looks at; `rawHeaders` shows a header sent twice, which the parsed ones hide. */
export interface Knock {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
}

export interface GateOptions {
  /** Exact values of `Host` that are us, port included. */
  readonly hosts: ReadonlySet<string>;
  readonly token: string;
}

export type Verdict =
  | { readonly pass: true }
  | { readonly pass: false; readonly status: number; readonly code: string };

const pass: Verdict = { pass: true };
const refuse = (status: number, code: string): Verdict => ({ pass: false, status, code });

const safeMethods = new Set(['GET', 'HEAD']);
const unsafeMethods = new Set(['POST', 'PUT', 'DELETE']);

/**
 * Judges a request before anything else looks at it. The checks overlap on purpose: an exact host stops DNS
 * rebinding, the token stops other sites and blind requests, the origin stops a leaked token in a foreign page.
 */
export function judge(knock: Knock, { hosts, token }: GateOptions): Verdict {
  const host = only(knock, 'host');
  if (host === undefined || !hosts.has(host)) return refuse(421, 'unknown-host');
  if (!knock.url.startsWith('/')) return refuse(400, 'bad-target');
  const isSafe = safeMethods.has(knock.method);
  if (!isSafe && !unsafeMethods.has(knock.method)) return refuse(405, 'method-not-allowed');
  if (!isBehindToken(knock)) return isSafe ? pass : refuse(405, 'method-not-allowed');
  if (!carries(knock, token)) return refuse(401, 'unauthorized');
  const origin = originOf(knock, host);
  if (origin === 'foreign' || (origin === 'unsaid' && !isSafe)) return refuse(403, 'foreign-origin');
  if (!isSafe && !isJson(only(knock, 'content-type'))) return refuse(415, 'json-only');
  return pass;
}

/** The API; everything else is the page itself, which holds nothing but the way in. */
const isBehindToken = ({ url }: Knock): boolean => /^\/+api(?:[/?#]|$)/i.test(decoded(url));

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll('\\', '/'));
  } catch {
    return '/api/';
  }
}

/** A header that was sent exactly once. */
function only({ headers, rawHeaders }: Knock, name: string): string | undefined {
  const times = rawHeaders.filter((key, index) => index % 2 === 0 && key.toLowerCase() === name).length;
  const value = headers[name];
  return times === 1 && typeof value === 'string' ? value : undefined;
}

function carries(knock: Knock, token: string): boolean {
  return timingSafeEqual(digest(only(knock, 'authorization') ?? ''), digest(`Bearer ${token}`));
}

// timingSafeEqual wants equal lengths, and the length of the token is nobody's business.
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Both signs of a browser must agree when both are there; a single foreign one is enough to refuse. */
function originOf(knock: Knock, host: string): 'ours' | 'foreign' | 'unsaid' {
  const site = knock.headers['sec-fetch-site'];
  const origin = knock.headers.origin;
  if (site !== undefined && only(knock, 'sec-fetch-site') !== 'same-origin') return 'foreign';
  if (origin !== undefined && only(knock, 'origin') !== `http://${host}`) return 'foreign';
  return site === undefined && origin === undefined ? 'unsaid' : 'ours';
}

const isJson = (type: string | undefined): boolean =>
  /^application\/json(?:; ?charset=utf-8)?$/i.test(type ?? '');
