import type { CallContext } from './call-options.ts';

/** One of many operations behind the protections of a dependency; it takes the place of a call's input. */
export class Operation<Step = unknown> {
  readonly perform: (context: CallContext) => unknown;
  /** The steps that answer for this operation. */
  readonly degrade: readonly Step[];

  constructor(perform: (context: CallContext) => unknown, degrade: readonly Step[]) {
    this.perform = perform;
    this.degrade = degrade;
  }
}
