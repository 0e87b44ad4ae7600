import type { FinalState, OrderRow } from '../checker/final-state.ts';

/** A key and the order that it stands for; without a key, an order that is pending and has none any more. */
export type KeyRow = { readonly orderId: string; readonly key: string | null };

/** Remembers which key stood for which order: a key is forgotten when its time is over, and the checker needs it. */
export class KeyWatch {
  readonly #keys = new Map<string, string>();
  readonly #forgottenWhilePending = new Set<string>();
  #known = new Set<string>();

  /** Takes one sample; undefined when the database could not be asked. */
  note(sample: readonly KeyRow[] | undefined): void {
    if (!sample) return;
    this.#known = new Set();
    for (const { orderId, key } of sample) {
      if (key === null) this.#forgottenWhilePending.add(orderId);
      else {
        this.#known.add(orderId);
        this.#keys.set(orderId, key);
      }
    }
  }

  keyOf({ id, key }: Pick<OrderRow, 'id' | 'key'>): string {
    return key || (this.#keys.get(id) ?? 'no key');
  }

  findings(): Pick<FinalState, 'forgottenWhilePending' | 'forgottenKeys'> {
    return {
      forgottenWhilePending: [...this.#forgottenWhilePending],
      forgottenKeys: this.#keys.size - this.#known.size,
    };
  }
}
