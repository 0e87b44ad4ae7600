import type { StockRow } from '../final-state.ts';
import type { Run } from '../valid-run.ts';
import { change, first } from './edit.ts';

type Moves = Partial<Record<keyof Omit<StockRow, 'sku'>, number>>;

/** Moves the first SKU's counts everywhere they are kept, so that only the sum is wrong. */
export function moveStock(run: Run, by: Moves): Run {
  const move = (rows: readonly StockRow[]) => rows.map((row, index) => (index === 0 ? moved(row, by) : row));
  return change(run, { stock: move(run.state.stock), ledger: move(run.state.ledger) });
}

function moved(row: StockRow, by: Moves): StockRow {
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
  return moveStock(run, { available: -row.available - 1, reserved: row.available + 1 });
}

export function driftingLedger(run: Run): Run {
  return change(run, { ledger: run.state.ledger.map((row) => moved(row, { available: -1, sold: 1 })) });
}

/** Inventory's own books agree with each other and with the orders; there was less at the start. */
export function oversell(run: Run): Run {
  const { sku, sold } = first(run.state.stock, (row) => row.sold > 1);
  return change(run, {
    supply: run.state.supply.map((row) => (row.sku === sku ? { sku, supplied: sold - 1 } : row)),
  });
}
