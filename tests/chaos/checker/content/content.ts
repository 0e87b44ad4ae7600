import type { Invariant } from '../verdict.ts';
import { bodiesAreTheOrders, degradedIsLabelled, sourcesAreKnown, statusCodesFit } from './answered.ts';
import {
  cancellationsThatCameLate,
  otherBodiesAreTurnedAway,
  replaysFitTheEnd,
  replaysNeverGoBack,
  sameBodiesAreNotTurnedAway,
} from './replays.ts';
import { announcedAsOrdered, customersAsAsked, pricesAsListed, totalsAddUp } from './stored.ts';

export const content: Invariant = {
  id: 'I12',
  title:
    'content: customer, lines, prices and totals as asked and listed, in tables, answers and announcements',
  count: ({ placings }, { orders }) => orders.length + placings.length,
  clauses: {
    'customers as asked': customersAsAsked,
    'prices as listed': pricesAsListed,
    'totals add up': totalsAddUp,
    'announced as ordered': announcedAsOrdered,
    'answers show the stored order': bodiesAreTheOrders,
    'status codes fit': statusCodesFit,
    'known sources': sourcesAreKnown,
    'degraded is labelled': degradedIsLabelled,
    'replays fit how the order ended': replaysFitTheEnd,
    'replays never go back': replaysNeverGoBack,
    'a key with another body is turned away': otherBodiesAreTurnedAway,
    'a key with the same body is not': sameBodiesAreNotTurnedAway,
    'only a settled order is too late to cancel': cancellationsThatCameLate,
  },
};
