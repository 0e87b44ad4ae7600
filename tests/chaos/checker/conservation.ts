import type { StockRow } from './final-state.ts';
import type { Invariant } from './verdict.ts';

export const conservation: Invariant = {
  id: 'I4',
  title: 'conservation: available + reserved + sold = supplied in every snapshot, and the ledger agrees',
  examine(_operations, { stock, ledger, stockSamples }) {
    const snapshots = [...stockSamples, stock];
    const unbalanced = snapshots.flatMap((rows, index) =>
      rows.filter(isUnbalanced).map((row) => ({ row, index })),
    );
    const booked = new Map(ledger.map((row) => [row.sku, row]));
    const adrift = stock.filter((row) => !agrees(row, booked.get(row.sku)));
    return {
      checked: snapshots.reduce((total, rows) => total + rows.length, 0),
      violations: [
        ...unbalanced.map(
          ({ row, index }) => `snapshot ${index + 1} of ${snapshots.length}: ${describe(row)}`,
        ),
        ...adrift.map(
          (row) => `stock says ${describe(row)}; the ledger says ${describe(booked.get(row.sku))}`,
        ),
      ],
    };
  },
};

function isUnbalanced({ supplied, available, reserved, sold }: StockRow): boolean {
  return (
    available + reserved + sold !== supplied ||
    [supplied, available, reserved, sold].some((count) => count < 0)
  );
}

function agrees(row: StockRow, other: StockRow | undefined): boolean {
  return (['supplied', 'available', 'reserved', 'sold'] as const).every(
    (column) => row[column] === other?.[column],
  );
}

function describe(row: StockRow | undefined): string {
  if (row === undefined) return 'nothing';
  return `${row.sku} available ${row.available} + reserved ${row.reserved} + sold ${row.sold}, supplied ${row.supplied}`;
}
