import { context } from '@opentelemetry/api';
import { rememberResults } from './remember-results.ts';

export interface Statement {
  readonly text: string;
  readonly name?: unknown;
  readonly submit?: unknown;
  callback?: unknown;
}

type Callback = (this: unknown, error: PgError | null, ...rest: unknown[]) => void;
export type PgError = Error & { readonly code?: string };

/** pg calls back the last argument, or the callback of the statement; without one it returns a promise. */
export function withCallback(args: unknown[], ended: (error: PgError | null) => void): void {
  const active = context.active();
  const wrap = (callback: Callback): Callback =>
    function endAndCall(...answer) {
      ended(answer[0]);
      context.with(active, callback, this, ...answer);
    };
  const last = args.length - 1;
  if (typeof args[last] === 'function') {
    args[last] = wrap(args[last] as Callback);
    return;
  }
  const statement = args[0] as Statement;
  if (typeof statement.callback === 'function') statement.callback = wrap(statement.callback as Callback);
}

export function statementOf(query: unknown): Statement | undefined {
  if (typeof query === 'string') return { text: query };
  const { text, submit } = (query ?? {}) as Statement;
  // A cursor or stream submits itself and ends at a time that cannot be seen from here, so it gets no span.
  return typeof text === 'string' && typeof submit !== 'function' ? (query as Statement) : undefined;
}

const maxStatements = 500;

export const operationOf = rememberResults(maxStatements, (text) => {
  const [operation = ''] = text.trim().split(' ', 1);
  return operation.toUpperCase().replace(/;$/, '');
});
