import { get } from 'node:http';
import { json } from 'node:stream/consumers';

/** The body of a GET, or undefined when there is no good answer in time: for numbers that are nice to have. */
export function getJson<T>(url: string, timeoutMs = 800): Promise<T | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      const body =
        response.statusCode === 200
          ? json(response)
          : Promise.resolve(response.resume()).then(() => undefined);
      body.then(
        (value) => resolve(value as T | undefined),
        () => resolve(undefined),
      );
    });
    request.once('error', () => resolve(undefined));
  });
}
