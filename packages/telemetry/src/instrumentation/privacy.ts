/** Health checks and pollers ask for these; they would be most of the traces and show nothing. */
const quietPaths = ['/health/', '/resilience', '/openapi.json', '/chaos'];

/** Whether a request is not worth a span. */
export function isQuiet(url = ''): boolean {
  return quietPaths.some((quiet) => url.startsWith(quiet));
}

/** A path without its query, which is the part of a URL where callers put personal data. */
export function withoutQuery(path: string): string {
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

const exportPaths = ['/v1/traces', '/v1/metrics', '/v1/logs'];

/** Whether a request is this process exporting its telemetry, which would be most of what a quiet service asks for. */
export function isExport(path: string | null | undefined): boolean {
  return exportPaths.some((end) => path?.endsWith(end));
}
