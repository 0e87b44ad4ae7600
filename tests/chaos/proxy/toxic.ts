/** One direction of one connection, as a toxic sees it. */
export interface ToxicStream {
  now(): number;
  /** Resolves early when the toxic is removed or the connection ends, so that no data stays held back. */
  wait(ms: number): Promise<void>;
  /** Ends both directions with a FIN. */
  close(): void;
  /** Ends both directions with an RST. */
  reset(): void;
  random(): number;
}

export type Bytes = { readonly data: Buffer; readonly arrivedAt: number };

/** What a toxic does to one stream. It is made once per stream, so it may keep a count. */
export interface ToxicEffect {
  /** Yields the data that may pass, at the time at which it may pass. */
  pass?(bytes: Bytes): AsyncIterable<Bytes>;
  /** Runs before the end of the stream is passed on. */
  beforeEnd?(): Promise<void>;
}

/** One way to disturb a connection. The names are Toxiproxy's. */
export interface Toxic {
  readonly type: 'latency' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data' | 'bandwidth' | 'slow_close';
  attach(stream: ToxicStream): ToxicEffect;
}
