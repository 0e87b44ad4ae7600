import type { SupervisedName } from '../topology.ts';
import type { ActiveFault } from './faults.ts';

/** The faults in force: at most one per target, each until its end. */
export class ActiveFaults {
  readonly #byTarget = new Map<SupervisedName, ActiveFault & { readonly timer: NodeJS.Timeout }>();

  list(): readonly ActiveFault[] {
    return [...this.#byTarget.values()].map(({ timer: _timer, ...fault }) => fault);
  }

  of(target: SupervisedName): ActiveFault['fault'] | undefined {
    return this.#byTarget.get(target)?.fault;
  }

  /** Keeps a fault for `forMs` and calls `atEnd` then. */
  remember(target: SupervisedName, fault: ActiveFault['fault'], forMs: number, atEnd: () => unknown): void {
    this.forget(target);
    const timer = setTimeout(atEnd, forMs).unref();
    this.#byTarget.set(target, { target, fault, endsAt: Date.now() + forMs, timer });
  }

  forget(target: SupervisedName): void {
    clearTimeout(this.#byTarget.get(target)?.timer);
    this.#byTarget.delete(target);
  }
}
