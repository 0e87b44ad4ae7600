import { type Context, context } from '@opentelemetry/api';

export type Emit = (this: object, event: string | symbol, ...args: unknown[]) => boolean;

/** Where a request or a response keeps the context that its listeners run in. */
const ownContext = Symbol('ballast.context');
type Bound = object & { [ownContext]?: Context };

export function setOwnContext(of: object, own: Context): void {
  (of as Bound)[ownContext] = own;
}

/** Wraps `emit` of a prototype; returns how to undo it. */
export function replaceEmit(prototype: object, replace: (emit: Emit) => Emit): () => void {
  const target = prototype as { emit: Emit };
  const own = Object.getOwnPropertyDescriptor(target, 'emit');
  const original = target.emit;
  target.emit = replace(original);
  return () => {
    if (own) target.emit = original;
    else delete (target as { emit?: Emit }).emit;
  };
}

/** The parser emits `data` and `end` of a body outside of the request's context, so they are brought back to it. */
export function inOwnContext(emit: Emit): Emit {
  return function emitInContext(this: Bound, event, ...args) {
    const own = this[ownContext];
    if (own === undefined || own === context.active()) return emit.call(this, event, ...args);
    return context.with(own, emit, this, event, ...args);
  };
}
