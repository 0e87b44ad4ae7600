/** The part of opossum 10 that is used here; @types/opossum describes version 8. */
declare module 'opossum' {
  import type { EventEmitter } from 'node:events';

  export interface OpossumState {
    enabled: true;
    closed: false;
    halfOpen: true;
  }

  export interface OpossumOptions {
    timeout: false;
    volumeThreshold: number;
    resetTimeout: number;
    rollingPercentilesEnabled: false;
    enableSnapshots: false;
    rotateBucketController: EventEmitter;
    state: OpossumState | undefined;
  }

  export default class CircuitBreaker extends EventEmitter {
    constructor(action: (verdict: Promise<void>) => Promise<void>, options: OpossumOptions);
    readonly options: OpossumOptions;
    readonly stats: { readonly fires: number };
    readonly isShutdown: boolean;
    readonly opened: boolean;
    readonly halfOpen: boolean;
    readonly closed: boolean;
    fire(verdict: Promise<void>): Promise<void>;
    open(): void;
    close(): void;
    shutdown(): void;
  }
}
