/** One direction of one connection, as a toxic sees it. */
export interface ToxicStream {
  now(): number;
  /** Resolves early when the toxic is removed or the connection ends: nothing stays held back. */
  wait(ms: number): Promise<void>;
  /** Ends both directions in good order (FIN). */
  close(): void;
  /** Ends both directions at once (RST). */
  reset(): void;
  random(): number;
}

export type Bytes = { readonly data: Buffer; readonly arrivedAt: number };

/** What a toxic does to one stream; made once per stream, so it may count. */
export interface Affliction {
  /** Hands on what may pass, when it may pass. */
  pass?(bytes: Bytes): AsyncIterable<Bytes>;
  /** Runs before the end of the stream is handed on. */
  beforeEnd?(): Promise<void>;
}

/** A way for a connection to be ill. The names are Toxiproxy's; durations are in milliseconds and say so. */
export interface Toxic {
  readonly type: 'latency' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data' | 'bandwidth' | 'slow_close';
  afflict(stream: ToxicStream): Affliction;
}
