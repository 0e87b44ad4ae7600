import type { InvariantId } from '../chaos/checker/verdict.ts';

/** What an instrument says of a source: nothing found, these tests or invariants red, or it could not judge at all. */
export type Outcome =
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly by: readonly (InvariantId | string)[] }
  | { readonly kind: 'broken'; readonly reason: string };
