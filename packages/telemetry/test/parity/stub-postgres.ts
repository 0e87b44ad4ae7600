import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

const message = (type: string, body: Buffer = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) => Buffer.from([0, 0, value >> 8, value & 0xff]);
const textType = 25;

const ready = message('Z', Buffer.from('I'));
const columns = message(
  'T',
  Buffer.concat([
    int16(1),
    Buffer.from('id\0'),
    int32(0),
    int16(0),
    int32(textType),
    int16(8),
    int32(0),
    int16(0),
  ]),
);
const row = message('D', Buffer.concat([int16(1), int32(1), Buffer.from('7')]));
const done = message('C', Buffer.from('SELECT 1\0'));
const unknownTable = message(
  'E',
  Buffer.from('SERROR\0VERROR\0C42P01\0Mrelation "nothing" does not exist\0\0'),
);

/** Answers every statement with one row, and those about `nothing` or `bad` with the error of an unknown table. */
export async function startStubPostgres(): Promise<string> {
  const server = createServer(serve);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  server.unref();
  return `postgres://shop@127.0.0.1:${(server.address() as AddressInfo).port}/shop`;
}

function serve(socket: Socket): void {
  let input = Buffer.alloc(0);
  let isStarted = false;
  let hasFailed = false;
  socket.unref();
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    input = Buffer.concat([input, chunk]);
    for (;;) {
      const head = isStarted ? 1 : 0;
      if (input.length < head + 4) return;
      const length = head + input.readInt32BE(head);
      if (input.length < length) return;
      const [type, text] = [input.toString('latin1', 0, 1), input.toString('latin1', 5, length)];
      input = input.subarray(length);
      socket.write(isStarted ? answerTo(type, text) : Buffer.concat([message('R', int32(0)), ready]));
      isStarted = true;
    }
  });

  function answerTo(type: string, text: string): Buffer {
    const isBad = /nothing|bad/.test(text);
    if (type === 'Q') return Buffer.concat(isBad ? [unknownTable, ready] : [columns, row, done, ready]);
    if (type === 'P') {
      hasFailed = isBad;
      return isBad ? unknownTable : message('1');
    }
    if (type === 'S') return ready;
    if (hasFailed) return Buffer.alloc(0);
    return { B: message('2'), D: columns, E: Buffer.concat([row, done]) }[type] ?? Buffer.alloc(0);
  }
}
