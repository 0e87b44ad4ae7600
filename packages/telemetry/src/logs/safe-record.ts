import { types } from 'node:util';
import { censored, censorText, isSecretName } from './secrets.ts';

// Enough for every record that a person reads. A request or a socket that somebody logs has thousands of members.
const maxDepth = 10;
const maxMembers = 1000;

const leftOut = '[left out]';

/** What is under way: the objects that hold the one being copied, and how many members may still be copied. */
interface Copying {
  readonly holders: object[];
  membersLeft: number;
}

/**
 * A copy of anything that JSON has a form for, without secrets and of bounded size. It never throws: a getter, a proxy
 * or a `toJSON` that does is told in place of the value, so that the rest of the record, and above all its error,
 * arrives.
 */
export function safeValue(value: unknown): unknown {
  return copy(value, { holders: [], membersLeft: maxMembers });
}

/** The same for bindings: each member has a size limit of its own, so that a large one does not cost the others. */
export function safeRecord(record: object): Record<string, unknown> {
  const copying = { holders: [record], membersLeft: maxMembers };
  return members(record, copying, (value) => copy(value, { holders: [record], membersLeft: maxMembers }));
}

/** What is logged: a record, an error, or a text. Anything else becomes a record of one member. */
export function safeArgument(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null) return safeValue(argument);
  try {
    if (isError(argument)) return { err: safeValue(argument) };
    if (isPlain(argument)) return safeRecord(argument);
  } catch {
    // A proxy: what can be said of it is said below.
  }
  return { value: safeValue(argument) };
}

function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || prototype === Object.prototype;
}

function copy(value: unknown, copying: Copying): unknown {
  switch (typeof value) {
    case 'string':
      return censorText(value);
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'function':
      return undefined; // as in JSON
    case 'object':
      return value === null ? null : copyObject(value, copying);
    default:
      return value;
  }
}

function copyObject(object: object, copying: Copying): unknown {
  const { holders } = copying;
  if (holders.includes(object)) return '[circular]';
  if (holders.length >= maxDepth || copying.membersLeft <= 0) return leftOut;
  holders.push(object);
  try {
    return copyKind(object, copying);
  } catch (error) {
    return notReadable(error);
  } finally {
    holders.pop();
  }
}

function copyKind(object: object, copying: Copying): unknown {
  if (isError(object)) return describeError(object, copying);
  if (Array.isArray(object)) return list(object, copying);
  if (ArrayBuffer.isView(object)) return `[${object.constructor.name}, ${object.byteLength} bytes]`;
  if (object instanceof Set) return list(object, copying);
  if (object instanceof Map) return list(object, copying, ([name, value]) => pair(name, value, copying));
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copy(toJSON.call(object), copying);
  return members(object, copying, (value) => copy(value, copying));
}

function list<T>(
  items: Iterable<T>,
  copying: Copying,
  copyItem = (item: T): unknown => copy(item, copying) ?? null,
): unknown[] {
  const copies: unknown[] = [];
  for (const item of items) {
    if (copying.membersLeft-- <= 0) return [...copies, leftOut];
    copies.push(copyItem(item));
  }
  return copies;
}

const pair = (name: unknown, value: unknown, copying: Copying): unknown[] => [
  copy(name, copying),
  typeof name === 'string' && isSecretName(name) ? censored : copy(value, copying),
];

function members(
  object: object,
  copying: Copying,
  copyMember: (value: unknown) => unknown,
): Record<string, unknown> {
  const copies: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    if (name === '__proto__') continue;
    if (copying.membersLeft-- <= 0) {
      copies[leftOut] = true;
      break;
    }
    copies[name] = isSecretName(name) ? censored : copyMember(read(object, name));
  }
  return copies;
}

function read(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch (error) {
    return notReadable(error);
  }
}

function notReadable(error: unknown): string {
  try {
    return `[not readable: ${(error as Error).message}]`;
  } catch {
    return '[not readable]';
  }
}

/** Also one of another realm, e.g. of a test runner. */
export function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error;
  } catch {
    return false; // a revoked proxy
  }
}

/** Message and stack tell of the causes as well, as pino's own form of an error does. */
function describeError(error: Error, copying: Copying): Record<string, unknown> {
  const chain = causesOf(error);
  const cause = read(chain.at(-1) as Error, 'cause');
  const errors = read(error, 'errors');
  const {
    message: _,
    stack: __,
    cause: ___,
    ...own
  } = members(error, copying, (value) => copy(value, copying));
  return {
    type: typeOf(error),
    message: censorText(chain.map((one) => String(read(one, 'message'))).join(': ')),
    stack: censorText(chain.map((one) => String(read(one, 'stack'))).join('\ncaused by: ')),
    ...(cause !== undefined && !isError(cause) && { cause: copy(cause, copying) }),
    ...(Array.isArray(errors) && { aggregateErrors: copy(errors, copying) }),
    ...own,
  };
}

function causesOf(error: Error): Error[] {
  const chain: Error[] = [];
  for (let one: unknown = error; isError(one) && !chain.includes(one); one = read(one, 'cause'))
    chain.push(one);
  return chain;
}

function typeOf(error: Error): unknown {
  const maker = read(error, 'constructor');
  return typeof maker === 'function' ? maker.name : String(read(error, 'name'));
}
