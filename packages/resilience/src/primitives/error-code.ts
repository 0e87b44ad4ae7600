interface Told {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

const deepestChain = 16;

/**
 * The word that stands for an error in answers, events and counts: the first `code` in the chain of its causes, since
 * fetch hides ECONNREFUSED in the cause of "TypeError: fetch failed" (undici#2953); else the status of an HTTP answer
 * as `E_HTTP_503`; else the first name that says more than `Error`; `E_UNKNOWN` for what is no error at all. Never
 * throws.
 */
export function errorCode(error: unknown): string {
  try {
    return codeOf(error);
  } catch {
    return 'E_UNKNOWN';
  }
}

function codeOf(error: unknown): string {
  // The usual case costs no walk.
  const { code } = told(error);
  if (isWord(code)) return code;
  const chain = chainOf(error);
  return (
    firstOf(chain, (link) => link.code, isWord) ??
    firstOf(chain, statusCodeOf, isWord) ??
    firstOf(
      chain,
      (link) => link.name,
      (name): name is string => isWord(name) && name !== 'Error',
    ) ??
    firstOf(chain, (link) => link.name, isWord) ??
    'E_UNKNOWN'
  );
}

/** The error, its cause or the first of its errors, and so on; a chain that runs in a circle ends. */
function chainOf(error: unknown): Told[] {
  const chain: Told[] = [];
  let link = told(error);
  while (chain.length < deepestChain && !chain.includes(link)) {
    chain.push(link);
    const { cause, errors } = link;
    const next = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
    if (typeof next !== 'object' || next === null) break;
    link = next;
  }
  return chain;
}

const told = (error: unknown): Told => (typeof error === 'object' && error !== null ? error : {});
const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '';

function statusCodeOf({ status, statusCode }: Told): string | undefined {
  const number = status ?? statusCode;
  return Number.isInteger(number) && (number as number) >= 100 && (number as number) <= 599
    ? `E_HTTP_${number}`
    : undefined;
}

function firstOf(
  chain: readonly Told[],
  read: (link: Told) => unknown,
  accepts: (value: unknown) => value is string,
): string | undefined {
  for (const link of chain) {
    const value = read(link);
    if (accepts(value)) return value;
  }
  return undefined;
}
