import type { FinalState, StockRow } from './final-state.ts';
import type { Invariant } from './verdict.ts';

export const conservation: Invariant = {
  id: 'I4',
  title: 'conservation: available + reserved + sold = supplied in every snapshot, and the ledger agrees',
  count: (_operations, state) => snapshotsIn(state).reduce((total, rows) => total + rows.length, 0),
  clauses: {
    sums: (_operations, state) =>
      inSnapshots(
        state,
        ({ supplied, available, reserved, sold }) => available + reserved + sold !== supplied,
      ),
    signs: (_operations, state) =>
      inSnapshots(state, ({ supplied, available, reserved, sold }) =>
        [supplied, available, reserved, sold].some((count) => count < 0),
      ),
    ledger: (_operations, { stock, ledger }) => {
      const booked = new Map(ledger.map((row) => [row.sku, row]));
      return stock
        .filter((row) => !agrees(row, booked.get(row.sku)))
        .map((row) => `stock says ${describe(row)}; the ledger says ${describe(booked.get(row.sku))}`);
    },
  },
};

const snapshotsIn = ({ stock, stockSamples }: FinalState) => [...stockSamples, stock];

function inSnapshots(state: FinalState, isWrong: (row: StockRow) => boolean): string[] {
  const snapshots = snapshotsIn(state);
  return snapshots.flatMap((rows, index) =>
    rows.filter(isWrong).map((row) => `snapshot ${index + 1} of ${snapshots.length}: ${describe(row)}`),
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
