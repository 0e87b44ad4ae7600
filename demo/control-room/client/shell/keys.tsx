import { useEffect, useRef } from 'react';
import { type Tab, tabs } from '../panels/side-panel.tsx';
import { toggleTheme } from './theme.ts';

export interface KeyActions {
  readonly onTab: (tab: Tab) => void;
  readonly onTour: () => void;
  readonly onKeys: () => void;
  readonly onEscape: () => void;
}

const list: readonly [key: string, does: string][] = [
  ['1 2 3', 'break it, protect it, scenarios'],
  ['t', 'guided tour'],
  ['d', 'dark or light'],
  ['?', 'this list'],
  ['Esc', 'close'],
  ['Tab, Enter', 'reach and press everything; parts of the picture too'],
];

/** Single keys; ignored together with Ctrl, Alt or Meta. */
export function useKeys(actions: KeyActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const tab = tabs[Number(event.key) - 1];
      if (tab) latest.current.onTab(tab);
      else if (event.key === 't') latest.current.onTour();
      else if (event.key === 'd') toggleTheme();
      else if (event.key === '?') latest.current.onKeys();
      else if (event.key === 'Escape') latest.current.onEscape();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

export function KeyList({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog className="keys" ref={dialog} onClose={onClose} aria-label="Keyboard">
      <h2>Keyboard</h2>
      <dl>
        {list.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className="button primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
