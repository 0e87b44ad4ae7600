import type { Supervisor } from '@ballast/supervisor';
import type { SupervisedName } from '../topology.ts';
import type { Mark } from './picture.ts';

/** Marks when a process ends and when it is back, whether a button, a scenario or `kill -9` in a terminal ended it. */
export function markProcesses(
  supervisor: Supervisor<SupervisedName>,
  onMark: (mark: Mark) => void,
): () => void {
  // The first start of a process is not marked: only what was up before can go down.
  const wasUp = new Set(supervisor.status().flatMap(({ name, state }) => (state === 'up' ? [name] : [])));
  const down = new Set<string>();
  return supervisor.onChange(({ name, state }) => {
    if (state === 'down' && wasUp.has(name) && !down.has(name)) {
      down.add(name);
      onMark({ at: Date.now(), kind: 'break', target: name, text: `${name} down` });
    }
    if (state !== 'up') return;
    wasUp.add(name);
    if (down.delete(name)) onMark({ at: Date.now(), kind: 'heal', target: name, text: `${name} back` });
  });
}
