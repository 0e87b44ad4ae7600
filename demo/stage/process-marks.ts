import type { Mark } from '../control-room/protocol.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';

/** Marks every death and return of a process, whoever caused it: a button, a scenario, or `kill -9` in a terminal. */
export function markProcesses(supervisor: Supervisor, onMark: (mark: Mark) => void): () => void {
  const down = new Set(supervisor.status().flatMap(({ name, state }) => (state === 'down' ? [name] : [])));
  return supervisor.onChange(({ name, state }) => {
    if (state === 'down' && !down.has(name)) {
      down.add(name);
      onMark({ at: Date.now(), kind: 'break', target: name, text: `${name} down` });
    }
    if (state === 'up' && down.delete(name))
      onMark({ at: Date.now(), kind: 'heal', target: name, text: `${name} back` });
  });
}
