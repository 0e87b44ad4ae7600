interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** How many pieces of each product some lines ask for. */
export function piecesOf(lines: readonly Line[]): Map<string, number> {
  const pieces = new Map<string, number>();
  for (const { sku, quantity } of lines) pieces.set(sku, (pieces.get(sku) ?? 0) + quantity);
  return pieces;
}

/** Whether both ask for the same pieces: neither the order of the lines nor how they are split matters. */
export function isSamePieces(some: readonly Line[], others: readonly Line[]): boolean {
  const [pieces, otherPieces] = [piecesOf(some), piecesOf(others)];
  return (
    pieces.size === otherPieces.size &&
    [...pieces].every(([sku, quantity]) => otherPieces.get(sku) === quantity)
  );
}
