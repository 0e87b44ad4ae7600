import { stripVTControlCharacters } from 'node:util';

export interface Output {
  /** A line that stays. */
  say(text: string): void;
  /** The line that the next one replaces (an empty one clears it); without a terminal it stays as well. */
  status(line: string): void;
}

/** Cuts at the width of the terminal: a status that wraps could not be replaced. */
function fit(line: string, columns: number): string {
  const tooLong = stripVTControlCharacters(line).length - columns + 1;
  return tooLong > 0 ? `${stripVTControlCharacters(line).slice(0, columns - 2)}…` : line;
}

/** Writes to the terminal, with the status below all other lines; without a terminal it writes plain lines. */
export function openOutput(stream: NodeJS.WriteStream): Output {
  if (!stream.isTTY) {
    const write = (line: string): void => void (line && stream.write(`${line}\n`));
    return { say: write, status: write };
  }
  let current = '';
  const toLineStart = '\r\u001b[K';
  return {
    say(text) {
      stream.write(`${toLineStart}${text}\n${current}`);
    },
    status(line) {
      current = fit(line, stream.columns || 80);
      stream.write(toLineStart + current);
    },
  };
}
