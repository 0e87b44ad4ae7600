import type { Run } from '../valid-run.ts';
import type { InvariantId } from '../verdict.ts';
import {
  answerWithTwoIds,
  cancelMisses,
  neverSettles,
  readAgain,
  readMisses,
  rejectedAndSold,
  settleLate,
} from './answers.ts';
import * as books from './books.ts';
import * as content from './content.ts';
import { addPhantom, duplicateOrder, forgetKey, loseOrder, storeAnotherOrder } from './orders.ts';
import * as outbox from './outbox.ts';
import { driftingLedger, moveStock, negativeCount, oversell, unbalancedSample } from './stock.ts';

/** One change to a valid run, and the only clause of the only invariant that it breaks. */
export type Mutation = {
  readonly name: string;
  readonly breaks: InvariantId;
  readonly clause: string;
  readonly apply: (run: Run) => Run;
};

const listed = (
  breaks: InvariantId,
  clause: string,
  edits: Readonly<Record<string, (run: Run) => Run>>,
): Mutation[] => Object.entries(edits).map(([name, apply]) => ({ name, breaks, clause, apply }));

export const mutations: readonly Mutation[] = [
  ...listed('I1', 'one order per key', { 'a duplicate: the same key made two orders': duplicateOrder }),
  ...listed('I1', 'one id per key', { 'two answers to one key name different orders': answerWithTwoIds }),
  ...listed('I1', 'a key is kept while its order is pending', {
    'a key that was forgotten while its order was owed': forgetKey,
  }),
  ...listed('I2', 'answered and stored', { 'a lost order: acknowledged, then gone': loseOrder }),
  ...listed('I2', 'answered and found', {
    'an acknowledged order that a later read does not find': readMisses,
    'an acknowledged order that cannot be cancelled because it is not found': cancelMisses,
  }),
  ...listed('I3', 'orders were asked for', {
    'a phantom: an order under a key that no client sent': addPhantom,
    'an order with other items than were asked for': storeAnotherOrder,
  }),
  ...listed('I3', 'reservations have an order', {
    'a reservation for an order that does not exist': books.orphan,
  }),
  ...listed('I4', 'sums', {
    'broken conservation: a piece of stock too many': (run) => moveStock(run, { available: 1 }),
    'a snapshot during the faults that does not add up': unbalancedSample,
  }),
  ...listed('I4', 'signs', { 'a negative count that still adds up': negativeCount }),
  ...listed('I4', 'ledger', { 'a ledger that disagrees with the stock': driftingLedger }),
  ...listed('I5', 'promised pieces', { 'an oversell: more confirmed than supplied': oversell }),
  ...listed('I6', 'they end', { 'a stuck reservation that still holds stock': books.stillReserved }),
  ...listed('I6', 'they end once', { 'a reservation that ended twice': books.endedTwice }),
  ...listed('I7', 'nothing waits', {
    'an undrained outbox': (run) => outbox.outboxState(run, 'waiting'),
    'a parked outbox row': (run) => outbox.outboxState(run, 'parked'),
  }),
  ...listed('I7', 'one event for each confirmed order', {
    'a confirmed order without an event': outbox.withoutEvent,
  }),
  ...listed('I7', 'delivered events are applied once', {
    'an event that was applied twice': outbox.appliedTwice,
    'an event that was delivered and not applied': outbox.lostEvent,
  }),
  ...listed('I7', 'no purchase without an event', {
    'a purchase of nobody knows what': outbox.strayPurchase,
  }),
  ...listed('I7', 'counted as often as bought', {
    'an event whose effect was applied twice': outbox.countedTwice,
  }),
  ...listed('I8', 'no way back', {
    'a status that goes back to pending': (run) => readAgain(run, 'pending'),
  }),
  ...listed('I8', 'one end', {
    'a status that goes from confirmed to rejected': (run) => readAgain(run, 'rejected'),
    'an order that was cancelled after it was confirmed': (run) => readAgain(run, 'rejected', 'cancel'),
    'an order that was answered as out of stock and sold all the same': (run) =>
      rejectedAndSold(run, 409, 'insufficient-stock'),
    'an order that was answered as unknown product and sold all the same': (run) =>
      rejectedAndSold(run, 422, 'unknown-sku'),
  }),
  ...listed('I9', 'on the wire', {
    'amplification: twice as many requests on the wire as calls': outbox.amplify,
  }),
  ...listed('I9', 'by the count of the caller', {
    'amplification: a retry for every call, none of them on the wire': outbox.retryEveryCall,
  }),
  ...listed('I10', 'in time', { 'an order that settles too late': settleLate }),
  ...listed('I10', 'at all', { 'a key that never resolves': neverSettles }),
  ...listed('I11', 'pieces sold are pieces promised', {
    'inventory that books nothing at all': books.booksNothing,
    'inventory that books a piece too little': books.booksOnePieceLess,
  }),
  ...listed('I11', 'a reservation takes its items', {
    'one piece per line': books.takesOnePieceOfEachLine,
    'stock taken for an order that was refused': books.refusedButTaken,
  }),
  ...listed('I11', 'pieces go where the reservation ended', {
    'a sale whose pieces were given back': books.confirmedAndReturned,
    'an expired hold whose pieces were sold': books.expiredAndSold,
  }),
  ...listed('I11', 'one sale for each confirmed order', {
    'a confirmed order without a reservation': books.withoutReservation,
    'a second sale of the same order': books.soldTwice,
  }),
  ...listed('I11', 'no sale without a confirmed order', {
    'stock sold for an order that was rejected': books.soldButRejected,
  }),
  ...listed('I11', 'the same items', { 'other items reserved than ordered': books.otherItemsReserved }),
  ...listed('I11', 'a cancelled order leaves a released reservation', {
    'a cancelled order without its tombstone': books.withoutTombstone,
  }),
  ...listed('I12', 'customers as asked', { 'an order of another customer': content.anotherCustomer }),
  ...listed('I12', 'prices as listed', {
    'a price that no product had': content.priceOfAnotherProduct,
    'a price of long ago': content.priceOfLongAgo,
  }),
  ...listed('I12', 'totals add up', { 'a total that is a cent too high': content.wrongTotal }),
  ...listed('I12', 'announced as ordered', {
    'a sale announced with its first product only': content.announceFirstProductOnly,
    'a sale announced as that of another customer': content.announceAnotherCustomer,
  }),
  ...listed('I12', 'answers show the stored order', {
    'an answer with another total': (run) => content.showAnswer(run, { totalCents: 1 }),
    'an answer for another customer': (run) => content.showAnswer(run, { customerId: 'somebody else' }),
    'an answer without lines': (run) => content.showAnswer(run, { items: [] }),
  }),
  ...listed('I12', 'status codes fit', {
    'a 202 for a confirmed order': (run) => content.showAnswer(run, { httpStatus: 202 }),
  }),
  ...listed('I12', 'known sources', {
    'advice from nowhere': (run) => content.showAnswer(run, { source: 'nowhere' }),
  }),
  ...listed('I12', 'degraded is labelled', {
    'advice by default that is not called degraded': (run) => content.showAnswer(run, { source: 'default' }),
  }),
  ...listed('I12', 'replays fit how the order ended', {
    'a replay that confirms what was cancelled': content.replayOfAnotherEnd,
  }),
  ...listed('I12', 'replays never go back', { 'a replay that is pending again': content.replayGoesBack }),
  ...listed('I12', 'a key with another body is turned away', {
    'a key with another body that is answered like the first': content.acceptAnotherBody,
  }),
  ...listed('I12', 'a key with the same body is not', {
    'the same lines in another order, turned away': content.turnAwayTheSameBody,
  }),
  ...listed('I12', 'only a settled order is too late to cancel', {
    'a cancelled order that was called settled': content.cancelledAndTooLate,
  }),
];
