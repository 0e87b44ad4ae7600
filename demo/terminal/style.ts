import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** styleText leaves the text alone when stdout is no terminal, or when NO_COLOR asks for it. */
const painter =
  (format: Format) =>
  (text: string): string =>
    styleText(format, text, { stream: process.stdout });

export const bold = painter('bold');
export const dim = painter('dim');
export const green = painter('green');
export const yellow = painter('yellow');
export const red = painter('red');
