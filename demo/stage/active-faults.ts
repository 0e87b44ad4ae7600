import type { ActiveFault } from '../control-room/protocol.ts';
import type { SupervisedName } from '../topology.ts';

/** What is wrong on purpose right now: at most one thing per target, each until its end. */
export class ActiveFaults {
  readonly #byTarget = new Map<SupervisedName, ActiveFault & { readonly timer: NodeJS.Timeout }>();

  list(): readonly ActiveFault[] {
    return [...this.#byTarget.values()].map(({ timer: _timer, ...fault }) => fault);
  }

  of(target: SupervisedName): ActiveFault['fault'] | undefined {
    return this.#byTarget.get(target)?.fault;
  }

  /** Remembers a fault for `forMs`, and what to do then. */
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
