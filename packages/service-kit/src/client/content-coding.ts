import {
  brotliDecompressSync,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
  zstdDecompressSync,
} from 'node:zlib';

type Decoder = (bytes: Buffer, options: Pick<ZlibOptions, 'maxOutputLength'>) => Buffer;

// "deflate" means the zlib format, and some servers send the data without that wrapper (RFC 9110, 8.4.1.2).
const inflate: Decoder = (bytes, options) => {
  const isWrapped = ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return isWrapped ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
};

const decoders: Readonly<Record<string, Decoder>> = {
  identity: (bytes) => bytes,
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/**
 * Undoes the content codings of an answer. None is asked for, but a proxy on the way may add one. The result is capped
 * as well, or a few bytes could become gigabytes.
 *
 * @throws {Error} for a coding that is not known, for bytes that are not in it, and for more than `maxBytes`
 */
export function decodeContent(
  bytes: Buffer,
  header: string | readonly string[] | undefined,
  maxBytes: number,
): Buffer {
  let content = bytes;
  for (const coding of codingsIn(header).reverse()) {
    const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    if (decode === undefined) throw new Error(`its content coding is not known: ${coding}`);
    // An answer without a body, e.g. 204, has nothing to decode.
    if (content.length > 0) content = decode(content, { maxOutputLength: maxBytes });
  }
  return content;
}

const codingsIn = (header: string | readonly string[] | undefined): string[] =>
  [header ?? []]
    .flat()
    .join()
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '');
