import { useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();

// One timer for all countdowns of the page, so that they change together; it rests while the page is hidden.
setInterval(() => {
  if (document.hidden || listeners.size === 0) return;
  now = Date.now();
  for (const listener of listeners) listener();
}, 1000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Epoch milliseconds, renewed once a second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
