import type { FinalState, StockRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { change, confirmedOrder, first, rejectedOrder } from './edit.ts';

/** Moves the first SKU's counts everywhere they are kept, so that only the sum is wrong. */
export function moveStock(run: Run, by: Partial<Record<keyof Omit<StockRow, 'sku'>, number>>): Run {
  const move = (rows: readonly StockRow[]) => rows.map((row, index) => (index === 0 ? moved(row, by) : row));
  return change(run, { stock: move(run.state.stock), ledger: move(run.state.ledger) });
}

function moved(row: StockRow, by: Partial<Record<keyof Omit<StockRow, 'sku'>, number>>): StockRow {
  return {
    sku: row.sku,
    supplied: row.supplied + (by.supplied ?? 0),
    available: row.available + (by.available ?? 0),
    reserved: row.reserved + (by.reserved ?? 0),
    sold: row.sold + (by.sold ?? 0),
  };
}

export function unbalancedSample(run: Run): Run {
  const sample = run.state.stock.map((row) => moved(row, { reserved: 1 }));
  return change(run, { stockSamples: [...run.state.stockSamples, sample] });
}

export function negativeCount(run: Run): Run {
  const row = first(run.state.stock);
  return moveStock(run, { available: -row.available - 1, sold: row.available + 1 });
}

export function driftingLedger(run: Run): Run {
  return change(run, { ledger: run.state.ledger.map((row) => moved(row, { available: -1, sold: 1 })) });
}

/** The supply shrinks after the sale: everything adds up, and still more was confirmed than there is. */
export function oversell(run: Run): Run {
  const row = first(run.state.stock, ({ sold }) => sold > 1);
  const shrink = (rows: readonly StockRow[]) =>
    rows.map((other) =>
      other.sku === row.sku ? { ...other, supplied: row.sold - 1, available: 0, sold: row.sold - 1 } : other,
    );
  return change(run, { stock: shrink(run.state.stock), ledger: shrink(run.state.ledger) });
}

export function reservation(run: Run, by: Partial<FinalState['reservations'][number]>): Run {
  const held = first(
    run.state.reservations,
    ({ status }) => status === ('status' in by ? 'refused' : 'confirmed'),
  );
  const changed = { ...held, ...by };
  return change(run, {
    reservations: run.state.reservations.map((other) => (other.orderId === held.orderId ? changed : other)),
  });
}

export function withoutReservation(run: Run): Run {
  const { id } = confirmedOrder(run);
  return change(run, { reservations: run.state.reservations.filter(({ orderId }) => orderId !== id) });
}

export function soldButRejected(run: Run): Run {
  const { id } = rejectedOrder(run);
  const sold = { status: 'confirmed', heldPieces: 1, endedPieces: 1 } as const;
  return change(run, {
    reservations: run.state.reservations.map((other) =>
      other.orderId === id ? { ...other, ...sold } : other,
    ),
  });
}
