import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends exactly the given bytes; a real client would correct, add or reject headers. */
export class RawClient {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async say(lines: readonly string[], body = ''): Promise<RawAnswer> {
    this.#socket ??= connect(this.#port, '127.0.0.1')
      .setNoDelay()
      .on('error', () => {});
    const socket = this.#socket;
    const answered = read(socket);
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    const answer = await answered;
    if (/\r\nconnection: close/i.test(answer.head) || answer.status === 0) this.close();
    return answer;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

/** Reads until the declared length is there, or the connection ends; status 0 when nothing came. */
function read(socket: Socket): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    const onData = (chunk: Buffer) => {
      text += chunk;
      const end = text.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
      if (text.length >= end + 4 + length || /^HTTP\/1.1 (204|304)/.test(text)) finish();
    };
    const finish = () => {
      socket.off('data', onData).off('close', finish);
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: rest.join('\r\n\r\n') });
    };
    socket.on('data', onData).on('close', finish);
  });
}
