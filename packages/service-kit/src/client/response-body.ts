/** Reads a body into one buffer, and gives up (closing the connection) as soon as it is larger than allowed. */
export async function readCapped(
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new BodyTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly code = 'E_BODY_TOO_LARGE';

  constructor(maxBytes: number) {
    super(`the answer is larger than maxBodyBytes (${maxBytes})`);
  }
}
