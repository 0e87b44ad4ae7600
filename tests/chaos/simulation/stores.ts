import type { Machine, Process } from './machine.ts';
import type { SimulatedSystem } from './simulated-system.ts';

/** Operations that look for work, and find none most of the time. */
const foundNothing = (answer: unknown): boolean =>
  answer === 0 || (Array.isArray(answer) && answer.length === 0) || isBacklog(answer);

const isBacklog = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && 'oldestDueAgeMs' in answer;

/** A store as seen over the wire: each operation is a request that may fail, and may have happened all the same. */
export function overWire<Store extends object>(
  system: SimulatedSystem,
  store: Store,
  { process, database }: { readonly process: Process; readonly database: Machine },
): Store {
  const methods = Object.entries(store).filter(([, member]) => typeof member === 'function');
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...args: unknown[]) =>
        process.call(
          database,
          system.wire,
          async () => structuredClone(await method.apply(store, structuredClone(args))),
          {
            what: name === 'claim' ? `claim ${args[0]}` : name,
            isIdle: foundNothing,
          },
        ),
    ]),
  ) as Store;
}
