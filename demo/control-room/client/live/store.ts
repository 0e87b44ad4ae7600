import { useSyncExternalStore } from 'react';
import type { Mark, Traffic } from '../../../stage/picture.ts';
import { type Frame, type Hello, historySeconds } from '../../protocol.ts';
import { follow, type Link } from './connection.ts';

export interface LiveState {
  readonly link: Link;
  readonly hello: Hello | null;
  readonly frame: Frame | null;
  /** The last minutes, oldest first. */
  readonly history: readonly Traffic[];
  readonly marks: readonly Mark[];
}

const maxMarks = 200;

let state: LiveState = { link: 'connecting', hello: null, frame: null, history: [], marks: [] };
const listeners = new Set<() => void>();

function publish(change: Partial<LiveState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The part of the live picture a component shows; it renders again only when that part is replaced. */
export function useLive<T>(select: (state: LiveState) => T): T {
  return useSyncExternalStore(subscribe, () => select(state));
}

/** Opens the stream and keeps the store up to date for the life of the page. */
export function startLive(): void {
  void follow({
    onLink: (link) => {
      if (link !== state.link) publish({ link });
    },
    onHello: (hello) => publish({ hello, history: hello.history, marks: hello.marks }),
    onFrame: (frame) => publish({ frame, ...grown(frame) }),
  });
}

/** A frame that is sent at once after an action repeats its second; only a new second is added to the history. */
function grown(frame: Frame): Pick<LiveState, 'history' | 'marks'> {
  const last = state.history.at(-1);
  const isNew = !last || frame.traffic.at > last.at;
  const history = isNew ? [...state.history, frame.traffic].slice(-historySeconds) : state.history;
  const marks = frame.marks.length > 0 ? [...state.marks, ...frame.marks].slice(-maxMarks) : state.marks;
  return { history, marks };
}
