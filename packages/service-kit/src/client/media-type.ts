import { MIMEType } from 'node:util';
import { problemContentType } from '../problem/problem.ts';

/** The media type of an answer, as its grammar says (RFC 9110, 8.3.1): names in any case, parameters in quotes. */
export interface MediaType {
  /** e.g. `application/json`, in small letters. */
  readonly essence: string;
  readonly charset: string;
}

/** Undefined when the header does not hold a media type. */
export function mediaTypeOf(header: string | readonly string[]): MediaType | undefined {
  try {
    const { essence, params } = new MIMEType(String(header));
    return { essence, charset: params.get('charset') ?? 'utf-8' };
  } catch {
    return undefined;
  }
}

/** `text/json` is older than the registered type, and a suffix says what a type of somebody's own is made of. */
export const isJson = ({ essence }: MediaType): boolean =>
  essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json');

export const isProblem = ({ essence }: MediaType): boolean => essence === problemContentType;
