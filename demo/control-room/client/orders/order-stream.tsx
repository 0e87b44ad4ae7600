import { useEffect, useRef, useState } from 'react';
import type { OrderSeen } from '../../../stage/picture.ts';
import { clock, duration, euros, missing } from '../format.ts';
import { useLive } from '../live/store.ts';
import { QualityChip } from './quality-chip.tsx';

const slots = 12;

interface Props {
  selected: OrderSeen | null;
  onSelect: (order: OrderSeen) => void;
}

/**
 * The latest orders in a fixed number of rows. The rows do not change under the pointer, so that one can be clicked.
 */
export function OrderStream({ selected, onSelect }: Props) {
  const latest = useLive((state) => state.frame?.orders ?? none);
  const [isHeld, setHeld] = useState(false);
  const shown = useRef(latest);
  if (!isHeld) shown.current = latest;
  // Until the reader selects an order, the story of the first one is shown.
  useEffect(() => {
    const first = latest.find(({ id }) => id !== null);
    if (!selected && first) onSelect(first);
  }, [latest, selected, onSelect]);
  const rows = Array.from({ length: slots }, (_, slot) => shown.current[slot] ?? null);
  return (
    <section
      className="panel orders"
      data-tour="orders"
      aria-label="Orders as they are answered"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <header>
        <h2>Orders</h2>
        <p className="quiet">
          {isHeld ? 'held while you point here' : 'newest first; click one for its story'}
        </p>
      </header>
      <ol>
        {rows.map((order, slot) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows are slots that are filled again, never moved.
          <li key={slot}>
            {order ? (
              <Row
                order={order}
                isSelected={selected !== null && isSame(order, selected)}
                onSelect={onSelect}
              />
            ) : (
              <span className="order-row empty">{slot === 0 ? 'no order yet' : ''}</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

const none: readonly OrderSeen[] = [];

/** A refused order has no number: time and latency identify it. */
const isSame = (one: OrderSeen, other: OrderSeen): boolean =>
  one.id === other.id && one.at === other.at && one.latencyMs === other.latencyMs;

function Row({
  order,
  isSelected,
  onSelect,
}: {
  order: OrderSeen;
  isSelected: boolean;
  onSelect: Props['onSelect'];
}) {
  return (
    <button type="button" className="order-row" aria-pressed={isSelected} onClick={() => onSelect(order)}>
      <time>{clock(order.at)}</time>
      <QualityChip quality={order.quality} />
      <span className="order-note">{noteOf(order)}</span>
      <span className="order-total">{euros(order.total)}</span>
      <span className="order-latency">{duration(order.latencyMs)}</span>
    </button>
  );
}

function noteOf(order: OrderSeen): string {
  if (order.quality === 'cached' && order.ageMs !== null) return `${duration(order.ageMs)} old`;
  if (order.quality === 'refused' || order.quality === 'failed')
    return order.code ?? (order.status ? `${order.status}` : 'no answer');
  return order.id ? order.id.slice(0, 8) : missing;
}
