import { useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();

// One clock for every countdown of the page: they tick together, and only while the page is looked at.
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
