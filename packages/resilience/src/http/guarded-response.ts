import type { CallContext } from '../pipeline/call-options.ts';
import { guardedStream, type StreamOptions } from '../pipeline/guarded-stream.ts';
import { checkArgument, type Rule } from '../primitives/options.ts';

const aResponse: Rule = {
  expected: 'a Response of fetch',
  accepts: (value) => value instanceof Response,
};

/**
 * A response of fetch whose body stays guarded after its call was answered, see {@link guardedStream}. One without a
 * body is handed on as it is.
 *
 * @throws {InvalidOptionError} when `context` is not what the guarded call was given
 * @example
 * call: async (id: string, context) =>
 *   guardedResponse(await okResponse(fetch(`https://files.example/${id}`, context)), context),
 */
export function guardedResponse(
  response: Response,
  context: CallContext,
  options: StreamOptions = {},
): Response {
  checkArgument('guardedResponse', 'response', response, aResponse);
  if (response.body === null) return response;
  const { status, statusText, headers, url, redirected, type } = response;
  const guarded = new Response(guardedStream(response.body, context, options), {
    status,
    statusText,
    headers,
  });
  // A constructor can't set what says where the response came from.
  return Object.defineProperties(guarded, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
  });
}
