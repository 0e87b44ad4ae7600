import { createHash, timingSafeEqual } from 'node:crypto';
import { type ProblemError, type ProblemExtras, problem } from '@ballast/service-kit/problem';

/** What the check reads of a request; `rawHeaders` shows a header that was sent twice, which the parsed ones hide. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
}

export interface RequestCheckOptions {
  /** The values of `Host` that name this server, port included. */
  readonly hosts: ReadonlySet<string>;
  readonly token: string;
}

const safeMethods = new Set(['GET', 'HEAD']);
const unsafeMethods = new Set(['POST', 'PUT', 'DELETE']);

/**
 * Checks a request before anything else reads it. The checks overlap on purpose: an exact host stops DNS rebinding,
 * the token stops other sites and blind requests, the origin stops a leaked token in a foreign page.
 *
 * @returns why the request is rejected; undefined when it may pass
 */
export function checkRequest(
  head: RequestHead,
  { hosts, token }: RequestCheckOptions,
): ProblemError | undefined {
  const host = only(head, 'host');
  if (host === undefined || !hosts.has(host))
    return problem(421, 'unknown-host', 'This server has another name');
  if (!head.url.startsWith('/')) return problem(400, 'bad-request', 'The target must be a path');
  const isSafe = safeMethods.has(head.method);
  const isApi = needsToken(head);
  if (!isSafe && !(isApi && unsafeMethods.has(head.method))) return notAllowed(head.method, isApi);
  if (!isApi) return undefined;
  if (!hasToken(head, token))
    return problem(401, 'unauthorized', 'The API needs the token of the page', bearer);
  const origin = originOf(head, host);
  if (origin === 'foreign' || (origin === 'unknown' && !isSafe))
    return problem(403, 'foreign-origin', 'Only the page itself may do this');
  if (!isSafe && !isJson(only(head, 'content-type')))
    return problem(415, 'unsupported-media-type', 'The body must be application/json in UTF-8');
  return undefined;
}

const bearer: ProblemExtras = { headers: { 'WWW-Authenticate': 'Bearer' } };

function notAllowed(method: string, isApi: boolean): ProblemError {
  const allowed = isApi ? [...safeMethods, ...unsafeMethods] : [...safeMethods];
  const headers = { Allow: allowed.join(', ') };
  return problem(405, 'method-not-allowed', `${method} is not possible here`, { headers });
}

/** The API needs the token; everything else is the page itself, which contains nothing to protect but the token. */
const needsToken = ({ url }: RequestHead): boolean => /^\/+api(?:[/?#]|$)/i.test(decoded(url));

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.replaceAll('\\', '/'));
  } catch {
    return '/api/';
  }
}

/** A header that was sent exactly once. */
function only({ headers, rawHeaders }: RequestHead, name: string): string | undefined {
  const times = rawHeaders.filter((key, index) => index % 2 === 0 && key.toLowerCase() === name).length;
  const value = headers[name];
  return times === 1 && typeof value === 'string' ? value : undefined;
}

function hasToken(head: RequestHead, token: string): boolean {
  return timingSafeEqual(digest(only(head, 'authorization') ?? ''), digest(`Bearer ${token}`));
}

// timingSafeEqual needs equal lengths, and the length of the token must not show.
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** When a browser sends both headers they must agree; a single foreign one is enough to reject. */
function originOf(head: RequestHead, host: string): 'own' | 'foreign' | 'unknown' {
  const site = head.headers['sec-fetch-site'];
  const origin = head.headers.origin;
  if (site !== undefined && only(head, 'sec-fetch-site') !== 'same-origin') return 'foreign';
  if (origin !== undefined && only(head, 'origin') !== `http://${host}`) return 'foreign';
  return site === undefined && origin === undefined ? 'unknown' : 'own';
}

const isJson = (type: string | undefined): boolean =>
  /^application\/json(?:; ?charset=utf-8)?$/i.test(type ?? '');
