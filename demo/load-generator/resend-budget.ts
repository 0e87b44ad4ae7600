export interface ResendBudget {
  /** Called for each order. */
  earn(): void;
  /** False when there have been too many resends lately. */
  spend(): boolean;
}

const earnedPerOrder = 0.1;
const capacity = 50;

/**
 * Only one order in ten is sent again: if all customers did, they would cause the overload (retry budget, as in
 * Envoy).
 */
export function createResendBudget(): ResendBudget {
  let tokens = 10;
  return {
    earn() {
      tokens = Math.min(capacity, tokens + earnedPerOrder);
    },
    spend() {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
