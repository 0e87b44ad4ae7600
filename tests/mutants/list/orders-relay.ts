import { editOf, type Mutant, simulation, unit } from '../mutant.ts';

const edit = editOf('orders');
const relay = 'use-cases/relay.ts';
const relayTest = (title: string) => unit('orders/test/relay.test.ts', title);

const stopsAtTrouble = relayTest(
  'stops at the first sign of trouble, gives the rest back and starts over with one',
);
const keepsWithinItsLease = relayTest(
  'takes no row that it might still be at work on when its lease is over, and gives the rest back untried',
);

/** What delivers the outbox. */
export const ordersRelay: readonly Mutant[] = [
  {
    id: 'relay-takes-a-failure-for-a-delivery',
    edits: [
      edit(
        relay,
        'await setBack(row, error);',
        'if (row.attempts < 0) await setBack(row, error);\n          done.push(row);',
      ),
    ],
    caughtBy: [simulation('I7')],
    why: 'A sale whose announcement failed is never announced.',
  },
  {
    id: 'relay-never-closes-a-row',
    edits: [edit(relay, 'if (done.length > 0)', 'if (done.length < 0)')],
    caughtBy: [simulation('I7', 'alone'), relayTest('begins with one row and doubles while all goes well')],
    why: 'Every sale is announced again and again.',
  },
  {
    id: 'relay-parks-everything-at-once',
    edits: [
      edit(
        relay,
        'if (attempts < (isRejectedByReceiver(cause) ? settings.maxAttempts : settings.maxFailures))',
        'if (attempts < 0)',
      ),
    ],
    caughtBy: [
      relayTest('does not park a row that a flaky network fails again and again, though others get through'),
    ],
    why: 'One lost packet, and a person has to look after the order.',
  },
  {
    id: 'relay-never-parks',
    edits: [
      edit(
        relay,
        'if (attempts < (isRejectedByReceiver(cause) ? settings.maxAttempts : settings.maxFailures))',
        'if (attempts >= 0)',
      ),
    ],
    caughtBy: [relayTest('parks a row that fails again and again while others get through')],
    why: 'Nobody learns of a row that can never be delivered.',
  },
  {
    id: 'relay-counts-an-outage-against-its-rows',
    edits: [
      edit(
        relay,
        'const attempts = isRowsFault ? row.attempts : row.attempts - 1;',
        'const { attempts } = row;',
      ),
    ],
    caughtBy: [relayTest('never parks a row for an outage, however long it lasts')],
    why: 'An outage of some minutes parks every order that waits.',
  },
  {
    id: 'relay-keeps-what-it-did-not-try',
    edits: [edit(relay, 'if (untried.length > 0)', 'if (untried.length < 0)')],
    caughtBy: [keepsWithinItsLease],
    why: 'Rows that were not tried wait until the lease is over.',
  },
  {
    id: 'relay-begins-rows-until-its-lease-is-over',
    edits: [
      edit(relay, 'isWithin(settings.leaseMs / 2, claimedAtMs)', 'isWithin(settings.leaseMs, claimedAtMs)'),
    ],
    caughtBy: [keepsWithinItsLease],
    why: 'Two relays work on one row.',
  },
  {
    id: 'relay-begins-rows-after-its-clock-was-set-back',
    edits: [edit(relay, 'return ageMs >= 0 && ageMs < ms;', 'return ageMs < ms;')],
    caughtBy: [relayTest('begins no further row of a batch when its clock was set back meanwhile')],
    why: 'Rows are parked, or delivered twice, for a step of the clock.',
  },
  {
    id: 'relay-reports-what-another-one-parked',
    edits: [
      edit(
        relay,
        'if (await outbox.park(row, { attempts, error })) onParked?.(row, error);',
        'await outbox.park(row, { attempts, error });\n    onParked?.(row, error);',
      ),
    ],
    caughtBy: [relayTest('reports a row as parked only when it was still the one that held it')],
    why: 'An operator is called for a row that was delivered.',
  },
  {
    id: 'relay-begins-with-a-whole-batch',
    edits: [edit(relay, 'let batchSize = 1;', 'let batchSize = settings.maxBatch;')],
    caughtBy: [relayTest('begins with one row and doubles while all goes well')],
    why: 'After an outage all that waited is sent at once.',
  },
  {
    id: 'relay-does-not-stop-at-trouble',
    edits: [
      edit(
        relay,
        'isInTrouble ||= !isRejectedByReceiver(error)',
        'isInTrouble ||= isInTrouble && !isRejectedByReceiver(error)',
      ),
    ],
    caughtBy: [stopsAtTrouble],
    why: 'A dead receiver is asked for every row.',
  },
  {
    id: 'relay-goes-on-at-full-size-after-trouble',
    edits: [
      edit(
        relay,
        'batchSize = isInTrouble ? 1 : Math.min(settings.maxBatch, limit * 2);',
        'batchSize = Math.min(settings.maxBatch, limit * 2);',
      ),
    ],
    caughtBy: [stopsAtTrouble],
    why: 'A receiver that comes back meets a herd.',
  },
  {
    id: 'relay-delay-does-not-grow',
    edits: [edit(relay, 'backoffMs(backoff, attempts + 1, random)', 'backoffMs(backoff, 1, random)')],
    caughtBy: [relayTest('waits longer after each failure of the same row, at random up to a ceiling')],
    why: 'A receiver in trouble is asked five times a second for every row.',
  },
];
