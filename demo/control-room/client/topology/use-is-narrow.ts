import { useSyncExternalStore } from 'react';

const query = matchMedia('(max-width: 719px)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Whether the page is as narrow as a phone, where the diagram stands upright. */
export const useIsNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches);
