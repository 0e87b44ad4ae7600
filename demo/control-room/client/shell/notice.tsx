import { useSyncExternalStore } from 'react';

let notice = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();
const shownMs = 6000;

/** Tells the reader why an action did nothing; null clears it. */
export function tell(text: string | null): void {
  clearTimeout(timer);
  notice = text ?? '';
  if (text) timer = setTimeout(() => tell(null), shownMs);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The one place where refusals appear; it floats, so nothing moves. */
export function Notice() {
  const text = useSyncExternalStore(subscribe, () => notice);
  return (
    <output className="notice" data-shown={text !== ''} aria-live="assertive">
      {text}
    </output>
  );
}
