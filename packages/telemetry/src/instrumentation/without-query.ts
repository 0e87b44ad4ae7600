/** A path without its query, which is the part of a URL where callers put personal data. */
export function withoutQuery(path: string): string {
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}
