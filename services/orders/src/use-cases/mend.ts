import type { CallOptions } from '@ballast/resilience';
import { type AskInventory, askInventory, type ReleaseReservation } from './ask-inventory.ts';
import type { Order } from './order.ts';
import type { Difference } from './reconcile.ts';

/** What a difference is mended with. */
export interface MendingTools {
  /** Makes the settlement of a pending order due, whether its row waits, is parked or is gone. */
  readonly resettle: (orderId: string) => Promise<void>;
  readonly inventory: AskInventory;
  readonly release: ReleaseReservation;
}

export interface Mending {
  readonly isMended: boolean;
  /** What was done, or why a person has to decide. */
  readonly detail: string;
}

/**
 * Mends what can be mended without taking anything from a customer: a decision that is missing is asked for, a promise
 * that was made is kept, and stock that is held for nobody is given back. Safe to repeat.
 *
 * @throws what the guarded call throws when inventory is away.
 */
export async function mend(
  { kind, orderId, order }: Difference,
  { resettle, inventory, release }: MendingTools,
  options: CallOptions,
): Promise<Mending> {
  switch (kind) {
    case 'unsettled':
      await resettle(orderId);
      return mended('its settlement is due, a relay asks inventory');
    case 'not-sold':
      return sell(inventory, order as Order, options);
    case 'held-without-order': {
      const { value } = await release({ orderId, status: 'released' }, options);
      return value.status === 'released'
        ? mended('the hold was released')
        : forPerson('it was sold meanwhile');
    }
    case 'other-pieces':
      return forPerson('other pieces were sold than were ordered');
    case 'confirmed-without-stock':
      return forPerson('the order was promised, and inventory has decided that it gets nothing');
    case 'sold-without-order':
      return forPerson('what is sold is not given back');
  }
}

async function sell(inventory: AskInventory, order: Order, options: CallOptions): Promise<Mending> {
  const { status, reason } = await askInventory(inventory, order, options);
  return status === 'confirmed' ? mended('it was sold') : forPerson(`inventory rejects it: ${reason}`);
}

const mended = (detail: string): Mending => ({ isMended: true, detail });
const forPerson = (detail: string): Mending => ({ isMended: false, detail });
