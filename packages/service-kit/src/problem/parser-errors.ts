import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ProblemError, problem, problemContentType } from './problem.ts';
import { sendProblem } from './send-problem.ts';

/** How long a client whose request was rejected may take to read the answer. */
const lingerMs = 500;

/** Answers on the socket what never becomes a request: parser errors, timeouts, CONNECT, odd expectations. */
export function answerParserErrors(server: Server): Server {
  const unanswered = new WeakMap<Duplex, Set<ServerResponse>>();
  const closing = new WeakSet<Duplex>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const responses = unanswered.get(socket) ?? new Set();
    unanswered.set(socket, responses.add(response));
    response.once('close', () => responses.delete(response));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The event comes again for each chunk that still arrives.
    if (closing.has(socket)) return;
    closing.add(socket);
    const responses = [...(unanswered.get(socket) ?? [])];
    const sound = responses.findLast(({ req }) => req.complete);
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (sound) closeAfter(sound, socket);
    // A second answer on top of a begun one would be read as its body.
    else if (responses.some(({ headersSent }) => headersSent)) socket.destroy();
    else answerRaw(socket, problemOf(error.code));
  });
  server.on('connect', (_request, socket: Duplex) => {
    answerRaw(
      socket,
      problem(405, 'method-not-allowed', 'This is not a proxy', { headers: { Allow: 'GET' } }),
    );
  });
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    sendProblem(response, problem(417, 'expectation-failed', 'Only Expect: 100-continue is understood'));
  });
  return server;
}

// What follows a whole request says nothing about it: it is being done, and an error would be read as its answer.
function closeAfter(response: ServerResponse, socket: Socket): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  response.once('finish', () => socket.destroySoon());
}

function problemOf(code: string | undefined): ProblemError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem(
        431,
        'request-header-fields-too-large',
        'The headers are larger than this service accepts',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem(408, 'request-timeout', 'The request was not sent in time');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problem(413, 'content-too-large', 'The chunk extensions are larger than this service accepts');
    default:
      return problem(400, 'bad-request', 'This is not valid HTTP');
  }
}

function answerRaw(socket: Duplex, answer: ProblemError): void {
  const body = JSON.stringify(answer);
  const headers = {
    ...answer.headers,
    'Content-Type': problemContentType,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`, ...lines, '', body].join('\r\n'));
  // Read on for a moment: closing with unread bytes resets the connection, and the answer with it.
  socket.on('error', () => socket.destroy());
  socket.resume();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
