import { useSyncExternalStore } from 'react';

let notice = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();
const shownMs = 6000;

/** Shows why an action was not done; null hides it. */
export function showNotice(text: string | null): void {
  clearTimeout(timer);
  notice = text ?? '';
  if (text) timer = setTimeout(() => showNotice(null), shownMs);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows why an action was not done; it lies above the page, so nothing moves. */
export function Notice() {
  const text = useSyncExternalStore(subscribe, () => notice);
  return (
    <output className="notice" data-shown={text !== ''} aria-live="assertive">
      {text}
    </output>
  );
}
