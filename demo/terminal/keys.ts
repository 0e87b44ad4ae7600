import type { SupervisedName } from '../topology.ts';

/** One letter per process: small kills, capital starts. */
const letters: Readonly<Record<SupervisedName, string>> = {
  orders: 'o',
  inventory: 'i',
  recommendation: 'r',
  'load-generator': 'g',
  postgres: 'p',
  'postgres-standby': 's',
  redis: 'c',
};

export const keyOf = (name: SupervisedName): string => letters[name];

export type Command =
  | { readonly do: 'kill' | 'start'; readonly name: SupervisedName }
  | { readonly do: 'more-load' | 'less-load' | 'fail-over' | 'introduce' | 'quit' };

const others: Readonly<Record<string, Command>> = {
  '+': { do: 'more-load' },
  '=': { do: 'more-load' },
  '-': { do: 'less-load' },
  f: { do: 'fail-over' },
  '?': { do: 'introduce' },
  q: { do: 'quit' },
  // Ctrl-C and Ctrl-D: a terminal in raw mode sends them as characters.
  '\u0003': { do: 'quit' },
  '\u0004': { do: 'quit' },
};

/** What a key asks for; undefined when it means nothing. */
export function commandFor(key: string): Command | undefined {
  const found = Object.entries(letters).find(([, letter]) => letter === key.toLowerCase());
  if (!found) return others[key];
  return { do: key === found[1] ? 'kill' : 'start', name: found[0] as SupervisedName };
}

/** Hands over each key as it is pressed; returns how to release the terminal. */
export function readKeys(input: NodeJS.ReadStream, onCommand: (command: Command) => void): () => void {
  const onData = (chunk: Buffer): void => {
    for (const key of chunk.toString()) {
      const command = commandFor(key);
      if (command) onCommand(command);
    }
  };
  input.setRawMode(true);
  input.on('data', onData);
  return () => {
    input.off('data', onData);
    input.setRawMode(false);
    input.pause();
  };
}
