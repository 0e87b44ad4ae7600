import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { httpClient } from './http-client.ts';
import { InvalidResponseError, UpstreamError } from './upstream-errors.ts';

// Answers as they stand on the wire. A valid one must never count as a failure of its dependency, however unusual it
// is; an invalid one must never be taken for an answer.

const stock = z.object({ sku: z.string(), available: z.int() });
const lamp = { sku: 'LÄMP', available: 3 };
const json = Buffer.from(JSON.stringify(lamp));
const utf16 = Buffer.from(`\ufeff${JSON.stringify(lamp)}`, 'utf16le');
const ascii = Buffer.from('{"sku":"L\\u00c4MP","available":3}');
const maxBodyBytes = 1000;

function answer(headers: string, body: Buffer, statusLine = 'HTTP/1.1 200 OK'): Buffer {
  const head = `${statusLine}\r\n${headers}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

const typed = (type: string, body = json) => answer(`Content-Type: ${type}`, body);
const coded = (coding: string, body: Buffer) =>
  answer(`Content-Type: application/json\r\nContent-Encoding: ${coding}`, body);
const raw = (...lines: string[]) => Buffer.from(lines.join('\r\n'));

async function read(bytes: Buffer): Promise<unknown> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(bytes));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = httpClient({ name: 'inventory', baseUrl, maxBodyBytes });
  onTestFinished(() => client.close());
  return client.json({ method: 'GET', path: '/v1/stock', schema: stock });
}

describe('a valid answer is read', () => {
  test.each<[string, Buffer]>([
    ['a media type in other letters', typed('Application/JSON')],
    ['a parameter', typed('application/json; charset=utf-8')],
    ['a parameter in other letters, in quotes', typed('application/json;Charset="UTF-8"')],
    ['white space around the parameter', typed('application/json \t; \t charset=utf-8 ;')],
    [
      'a parameter with a semicolon and a quote in it',
      typed('application/json; note="a;\\"b"; charset=utf-8'),
    ],
    ['a type that is JSON by its suffix', typed('application/vnd.stock+json')],
    ['a problem type for what is none', typed('application/problem+JSON')],
    ['the type before it was registered', typed('text/json')],
    ['no type at all', answer('X-Nothing: 1', json)],
    ['a byte order mark', typed('application/json', Buffer.concat([Buffer.from('\ufeff'), json]))],
    [
      'white space around the JSON',
      typed('application/json', Buffer.from(` \r\n\t${JSON.stringify(lamp)}\n`)),
    ],
    ['another charset', typed('application/json; charset=utf-16le', utf16)],
    [
      'a charset of one byte',
      typed('application/json; charset=ISO-8859-1', Buffer.from(json.toString(), 'latin1')),
    ],
    ['gzip', coded('gzip', gzipSync(json))],
    ['gzip by its old name', coded('X-GZIP', gzipSync(json))],
    ['deflate', coded('deflate', deflateSync(json))],
    ['deflate without its wrapper', coded('deflate', deflateRawSync(json))],
    ['brotli', coded('br', brotliCompressSync(json))],
    ['zstd', coded('zstd', zstdCompressSync(json))],
    ['two codings', coded('gzip, br', brotliCompressSync(gzipSync(json)))],
    [
      'two headers with a coding each',
      coded('gzip\r\nContent-Encoding: br', brotliCompressSync(gzipSync(json))),
    ],
    ['no coding, by name', coded('identity', json)],
    ['an empty reason', answer('Content-Type: application/json', json, 'HTTP/1.1 200 ')],
    ['another good status', answer('Content-Type: application/json', json, 'HTTP/1.1 203 Transformed')],
    [
      'names in other letters',
      raw(
        'HTTP/1.1 200 OK',
        'CONTENT-TYPE:application/json',
        `content-length:${ascii.length}`,
        '',
        `${ascii}`,
      ),
    ],
    [
      'hints before it',
      Buffer.concat([
        raw('HTTP/1.1 103 Early Hints', 'Link: </a>; rel=preload', '', ''),
        typed('application/json'),
      ]),
    ],
    [
      'an end by the end of the connection',
      raw('HTTP/1.0 200 OK', 'Content-Type: application/json', '', `${ascii}`),
    ],
    [
      'chunks with extensions and a trailer',
      raw(
        'HTTP/1.1 200 OK',
        'Content-Type: application/json',
        'Transfer-Encoding: Chunked',
        '',
        '5;a=b',
        `${ascii.subarray(0, 5)}`,
        (ascii.length - 5).toString(16),
        `${ascii.subarray(5)}`,
        '0',
        'X-Sum: 1',
        '',
        '',
      ),
    ],
  ])('%s', async (_name, bytes) => {
    expect(await read(bytes)).toEqual(lamp);
  });
});

describe('an invalid answer is an InvalidResponseError', () => {
  test.each<[string, Buffer]>([
    ['another type', typed('text/html')],
    ['a type that only begins so', typed('application/jsonp')],
    ['no type in its header', typed('json')],
    ['two types', typed('text/html\r\nContent-Type: application/json')],
    ['a charset nobody knows', typed('application/json; charset=klingon')],
    [
      'bytes that are not UTF-8',
      typed('application/json', Buffer.from('{"sku":"L\xc4MP","available":3}', 'latin1')),
    ],
    ['a byte order mark and nothing else', typed('application/json', Buffer.from('\ufeff'))],
    ['a coding nobody knows', coded('snappy', json)],
    ['a coding that it does not have', coded('gzip', json)],
    ['half of a coding', coded('gzip', gzipSync(json).subarray(0, 20))],
    ['a few bytes that become many', coded('gzip', gzipSync(Buffer.alloc(1_000_000, ' ')))],
    ['JSON cut short', typed('application/json', json.subarray(0, 10))],
    [
      'two lengths',
      raw(
        'HTTP/1.1 200 OK',
        'Content-Type: application/json',
        'Content-Length: 2',
        'Content-Length: 5',
        '',
        '{}',
      ),
    ],
  ])('%s', async (_name, bytes) => {
    const error = await read(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error).toMatchObject({ code: 'E_INVALID_RESPONSE', verdict: 'failure' });
  });
});

describe('an error answer is told apart by its code, however it is written', () => {
  const problem = Buffer.from('{"type":"about:blank","title":"x","status":409,"code":"insufficient-stock"}');
  test.each<[string, Buffer]>([
    ['plain', answer('Content-Type: application/problem+json', problem, 'HTTP/1.1 409 Conflict')],
    [
      'in other letters',
      answer('Content-Type: Application/Problem+JSON;charset=utf-8', problem, 'HTTP/1.1 409 No'),
    ],
    [
      'in a coding, with a byte order mark',
      answer(
        'Content-Type: application/problem+json\r\nContent-Encoding: gzip',
        gzipSync(Buffer.concat([Buffer.from('\ufeff'), problem])),
        'HTTP/1.1 409 Conflict',
      ),
    ],
  ])('%s', async (_name, bytes) => {
    const error = await read(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UpstreamError);
    expect(error).toMatchObject({ status: 409, reason: 'insufficient-stock', verdict: 'caller' });
  });

  test.each<[string, number | undefined]>([
    ['3', 3000],
    ['0', 0],
    ['0.5', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['soon', undefined],
  ])('Retry-After: %s', async (header, retryAfterMs) => {
    const bytes = answer(`Retry-After: ${header}`, Buffer.from(''), 'HTTP/1.1 503 Busy');
    expect(await read(bytes).catch((error: unknown) => error)).toMatchObject({ status: 503, retryAfterMs });
  });
});
