import type { Run } from '../valid-run.ts';
import type { InvariantId } from '../verdict.ts';
import {
  answerWithTwoIds,
  neverSettles,
  outOfStockAndSold,
  readAgain,
  readMisses,
  settleLate,
} from './answers.ts';
import { addPhantom, duplicateOrder, loseOrder, swapItems } from './orders.ts';
import { amplify, appliedTwice, countedTwice, outboxState, retryEveryCall, withoutEvent } from './outbox.ts';
import {
  driftingLedger,
  moveStock,
  negativeCount,
  oversell,
  reservation,
  soldButRejected,
  unbalancedSample,
  withoutReservation,
} from './stock.ts';

/** One change to a valid run, and the only invariant that it breaks. */
export type Mutation = {
  readonly name: string;
  readonly breaks: InvariantId;
  readonly apply: (run: Run) => Run;
};

export const mutations: readonly Mutation[] = [
  { name: 'a duplicate: the same key made two orders', breaks: 'I1', apply: duplicateOrder },
  { name: 'two answers to one key name different orders', breaks: 'I1', apply: answerWithTwoIds },
  { name: 'a lost order: acknowledged, then gone', breaks: 'I2', apply: (run) => loseOrder(run) },
  { name: 'an acknowledged order that a later read does not find', breaks: 'I2', apply: readMisses },
  { name: 'a phantom: an order under a key that no client sent', breaks: 'I3', apply: addPhantom },
  { name: 'an order with other items than were asked for', breaks: 'I3', apply: swapItems },
  {
    name: 'broken conservation: a piece of stock is missing',
    breaks: 'I4',
    apply: (run) => moveStock(run, { available: -1 }),
  },
  { name: 'a snapshot during the faults that does not add up', breaks: 'I4', apply: unbalancedSample },
  { name: 'a negative count that still adds up', breaks: 'I4', apply: negativeCount },
  { name: 'a ledger that disagrees with the stock', breaks: 'I4', apply: driftingLedger },
  { name: 'an oversell: more confirmed than supplied', breaks: 'I5', apply: oversell },
  {
    name: 'a stuck reservation that still holds stock',
    breaks: 'I6',
    apply: (run) => reservation(run, { status: 'reserved' }),
  },
  {
    name: 'a reservation that ended twice',
    breaks: 'I6',
    apply: (run) => reservation(run, { endedPieces: 2000 }),
  },
  { name: 'a confirmed order without a reservation', breaks: 'I6', apply: withoutReservation },
  { name: 'stock sold for an order that was rejected', breaks: 'I6', apply: soldButRejected },
  { name: 'an undrained outbox', breaks: 'I7', apply: (run) => outboxState(run, 'waiting') },
  { name: 'a parked outbox row', breaks: 'I7', apply: (run) => outboxState(run, 'parked') },
  { name: 'a confirmed order without an event', breaks: 'I7', apply: withoutEvent },
  { name: 'an event that was applied twice', breaks: 'I7', apply: appliedTwice },
  { name: 'an event whose effect was applied twice', breaks: 'I7', apply: countedTwice },
  { name: 'a status that goes back to pending', breaks: 'I8', apply: (run) => readAgain(run, 'pending') },
  {
    name: 'a status that goes from confirmed to rejected',
    breaks: 'I8',
    apply: (run) => readAgain(run, 'rejected'),
  },
  {
    name: 'an order that was answered as out of stock and sold all the same',
    breaks: 'I8',
    apply: outOfStockAndSold,
  },
  { name: 'amplification: twice as many requests on the wire as calls', breaks: 'I9', apply: amplify },
  {
    name: 'amplification: a retry for every call, none of them on the wire',
    breaks: 'I9',
    apply: retryEveryCall,
  },
  { name: 'an order that settles too late', breaks: 'I10', apply: settleLate },
  { name: 'a key that never resolves', breaks: 'I10', apply: neverSettles },
];
