import { STATUS_CODES } from 'node:http';
import { problemSchema } from '@ballast/service-kit/problem';
import { expect, test } from 'vitest';
import { checkRequest, type RequestHead } from './request-check.ts';

const host = '127.0.0.1:4000';
const check = { hosts: new Set([host]), token: 'secret' };

function head(method: string, url: string, headers: Record<string, string> = {}): RequestHead {
  const all = { host, ...headers };
  return { method, url, headers: all, rawHeaders: Object.entries(all).flat() };
}

const withToken = { authorization: 'Bearer secret', 'sec-fetch-site': 'same-origin' };
const json = { 'content-type': 'application/json' };

test.each<[string, RequestHead]>([
  ['the page', head('GET', '/')],
  ['a read of the API with its token', head('GET', '/api/stream', withToken)],
  ['an action of the page', head('PUT', '/api/rate', { ...withToken, ...json })],
])('%s may pass', (_name, request) => {
  expect(checkRequest(request, check)).toBeUndefined();
});

test.each<[string, RequestHead, number, string]>([
  ['another host', head('GET', '/', { host: 'evil.example' }), 421, 'unknown-host'],
  ['a target that is no path', head('GET', 'http://evil.example/'), 400, 'bad-request'],
  ['a method nothing here has', head('PATCH', '/api/rate', withToken), 405, 'method-not-allowed'],
  ['an action on the page', head('POST', '/'), 405, 'method-not-allowed'],
  ['no token', head('GET', '/api/stream'), 401, 'unauthorized'],
  ['a foreign origin', head('PUT', '/api/rate', { ...withToken, origin: 'null' }), 403, 'foreign-origin'],
  ['a form', head('PUT', '/api/rate', withToken), 415, 'unsupported-media-type'],
])('%s is rejected with a problem of RFC 9457', (_name, request, status, code) => {
  const rejection = checkRequest(request, check);
  const body = problemSchema.parse(rejection?.toJSON());
  expect(body).toMatchObject({ status, code, detail: expect.any(String) });
  // With "about:blank" the title is the phrase of the status and nothing else (RFC 9457, section 4.2.1).
  expect(body.type).toBe(
    body.title === STATUS_CODES[status] ? 'about:blank' : `urn:problem-type:ballast:${code}`,
  );
});

test('a rejected method comes with the methods there are, a missing token with the scheme', () => {
  expect(checkRequest(head('POST', '/'), check)?.headers).toEqual({ Allow: 'GET, HEAD' });
  expect(checkRequest(head('PATCH', '/api/rate'), check)?.headers).toEqual({
    Allow: 'GET, HEAD, POST, PUT, DELETE',
  });
  expect(checkRequest(head('GET', '/api/stream'), check)?.headers).toEqual({ 'WWW-Authenticate': 'Bearer' });
});
