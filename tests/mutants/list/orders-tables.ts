import { chaos, editOf, type Mutant, unit } from '../mutant.ts';

const edit = editOf('orders');
const orders = 'db/orders.ts';
const outbox = 'db/outbox.ts';
const storeTest = (title: string) => unit('orders/test/store-contract.test.ts', title);

const setsOnce = storeTest('set a state once, and keep the first answer');
const announces = storeTest(
  'leave the announcement of what is confirmed in the outbox, and nothing for what is rejected',
);
const leavesSettlement = storeTest(
  'leave a settlement in the outbox, due when the lock is over, or at once when postponed',
);
const leases = storeTest('lease a row to one relay, until the lease is over');
const parks = storeTest('park a row until it is requeued');

/** Orders, keys and outbox in SQL, the sweeper, and what is asked and told over HTTP. */
export const ordersTables: readonly Mutant[] = [
  {
    id: 'orders-claims-a-key-without-an-order',
    edits: [
      edit(
        orders,
        '${createdAt}::timestamptz, ${key}\n      from claimed',
        '${createdAt}::timestamptz, ${key}\n      from claimed where false',
      ),
      edit(
        orders,
        "'settle-order', locked_until from claimed",
        "'settle-order', locked_until from claimed where false",
      ),
    ],
    caughtBy: [storeTest('set a state once, and keep the first answer')],
    why: 'The customer is told that the order is accepted, and there is none.',
  },
  {
    id: 'orders-does-not-owe-a-settlement',
    edits: [
      edit(
        orders,
        "'settle-order', locked_until from claimed",
        "'settle-order', locked_until from claimed where false",
      ),
    ],
    caughtBy: [leavesSettlement],
    why: 'An order whose request died stays pending for ever.',
  },
  {
    id: 'orders-places-a-known-key-again',
    edits: [
      edit(
        orders,
        'on conflict (key) do nothing\n      returning order_id, locked_until',
        'on conflict (key) do update set order_id = excluded.order_id, answer = null\n      returning order_id, locked_until',
      ),
    ],
    caughtBy: [storeTest('know a key once it is used, and store nothing for it again'), chaos('I1')],
    why: 'A repeated request makes a second order.',
  },
  {
    id: 'orders-replays-the-order-of-another-key',
    edits: [
      edit(
        orders,
        'from idempotency_keys join orders on orders.id = order_id where key = ${key}`',
        'from idempotency_keys join orders on orders.id = (select min(order_id::text)::uuid from idempotency_keys)\n' +
          '      where key = ${key}`',
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/idempotency.test.ts',
        'replays its answer when its product has left the catalogue, or no price is known any more',
      ),
      chaos('I12'),
    ],
    why: "A customer is answered with somebody else's order.",
  },
  {
    id: 'orders-settles-without-compare-and-set',
    edits: [edit(orders, "and status = 'pending' returning id, status", 'returning id, status')],
    caughtBy: [setsOnce],
    why: 'A late decision overwrites the first one.',
  },
  {
    id: 'orders-overwrites-the-first-answer',
    edits: [edit(orders, '${answered?.key ?? null} and answer is null', '${answered?.key ?? null}')],
    caughtBy: [setsOnce],
    why: 'The same key is answered differently each time.',
  },
  {
    id: 'orders-does-not-announce-a-sale',
    edits: [edit(orders, "from settled where status = 'confirmed'", 'from settled where false')],
    caughtBy: [announces, chaos('I7', 'alone')],
    why: 'Recommendation never learns what was bought.',
  },
  {
    id: 'orders-announces-what-was-rejected',
    edits: [edit(orders, "from settled where status = 'confirmed'", 'from settled')],
    caughtBy: [announces],
    why: 'What nobody bought counts as bought.',
  },
  {
    id: 'orders-leaves-the-row-of-a-settled-order-open',
    edits: [
      edit(
        orders,
        'update outbox set done_at = now(), parked_at = null',
        'update outbox set parked_at = null',
      ),
    ],
    caughtBy: [announces],
    why: 'The relay asks again for every order that was settled at once.',
  },
  {
    id: 'orders-postpones-to-the-end-of-the-lock',
    edits: [edit(orders, 'update outbox set due_at = now()\n', 'update outbox set due_at = due_at\n')],
    caughtBy: [leavesSettlement],
    why: 'An order that could not be settled at once waits for seconds before it is tried again.',
  },
  {
    id: 'sweeper-forgets-keys-before-their-time',
    edits: [
      edit(orders, 'and coalesce(keep_until <= now(), true)', 'and true'),
      edit(
        orders,
        'from idempotency_keys where expires_at <= now()',
        'from idempotency_keys where expires_at is not null',
      ),
    ],
    caughtBy: [
      unit('orders/test/idempotency.test.ts', 'is forgotten, with its answer, when its time is over'),
    ],
    why: 'A repeated request makes a second order.',
  },
  {
    id: 'sweeper-counts-the-time-of-a-key-from-its-first-request',
    edits: [edit(orders, 'select coalesce(settled_at, now()) +', 'select coalesce(created_at, now()) +')],
    caughtBy: [
      storeTest('keep the key of an order that is owed, however long that takes, and its time after that'),
    ],
    why: 'A key is forgotten while its order is owed, and the next request makes a second order.',
  },
  {
    id: 'sweeper-stops-at-keys-that-are-owed',
    edits: [
      edit(
        orders,
        'update idempotency_keys set expires_at = keep_until from judged',
        'update idempotency_keys set expires_at = expires_at from judged',
      ),
    ],
    caughtBy: [storeTest('forget the keys of settled orders although many older ones are owed')],
    why: 'After an outage no key is ever forgotten.',
  },
  {
    id: 'sweeper-removes-orders-with-something-left-to-do',
    edits: [edit(orders, 'where owed = 0 and keys = 0', 'where keys = 0')],
    caughtBy: [storeTest('remove what was settled long ago, and nothing that is owed')],
    why: 'A sale that could not be announced yet is removed.',
  },
  {
    id: 'sweeper-removes-orders-whose-key-is-known',
    edits: [edit(orders, 'where owed = 0 and keys = 0', 'where owed = 0')],
    caughtBy: [storeTest('remove what was settled long ago, and nothing that is owed')],
    why: 'A repeated request makes a second order.',
  },
  {
    id: 'sweeper-deletes-what-is-still-owed',
    edits: [edit(orders, 'where done_at <= now() -', 'where coalesce(done_at, created_at) <= now() -')],
    caughtBy: [
      unit(
        'orders/test/outbox.test.ts',
        'forgets what was delivered when its time is over, and nothing else',
      ),
    ],
    why: 'Sales that could not be announced yet are never announced.',
  },
  {
    id: 'outbox-postpones-for-ever',
    edits: [
      edit(
        outbox,
        "due_at = now() + ${delayMs} * interval '1 millisecond'",
        "due_at = now() + ${delayMs} * interval '1 hour'",
      ),
    ],
    caughtBy: [storeTest('come back later when postponed')],
    why: 'What failed once never comes due again.',
  },
  {
    id: 'outbox-requeues-and-keeps-parked',
    edits: [
      edit(
        outbox,
        'set parked_at = null, attempts = 0, due_at = now()\n        where id = ${id}',
        'set attempts = 0, due_at = now()\n        where id = ${id}',
      ),
    ],
    caughtBy: [parks],
    why: 'An operator requeues a row, and nothing happens.',
  },
  {
    id: 'outbox-does-not-park',
    edits: [edit(outbox, 'claim = null, parked_at = now()', 'claim = null, parked_at = parked_at')],
    caughtBy: [parks],
    why: 'A row that can never be delivered is tried for ever.',
  },
  {
    id: 'outbox-requeues-one-of-many-kinds',
    edits: [
      edit(
        outbox,
        'const ofKind = kind === undefined ? sql`` : sql`and kind = ${kind}`;',
        'const ofKind = kind === undefined ? sql`` : sql`and kind <> ${kind}`;',
      ),
    ],
    caughtBy: [storeTest('requeue many parked rows, of one kind or of all, the longest parked first')],
    why: 'An operator requeues announcements, and settlements are tried.',
  },
  {
    id: 'outbox-ignores-who-holds-a-row',
    edits: [
      edit(
        outbox,
        'and claim = any(${claims}::uuid[]) and done_at is null',
        'and ${claims}::uuid[] is not null and done_at is null',
      ),
    ],
    caughtBy: [storeTest('let a relay whose lease is over not park what another one holds')],
    why: 'A relay that slept past its lease parks or releases what another one holds.',
  },
  {
    id: 'outbox-waits-for-a-clock-that-was-set-back',
    edits: [
      edit(
        outbox,
        'due_at > now() + ${longestDelayMs + statementMs}',
        'due_at > now() + ${longestDelayMs + statementMs * 1_000_000}',
      ),
    ],
    caughtBy: [storeTest('do at once what was postponed, or waits for the end of a lock')],
    why: 'After a clock step of an hour nothing is settled for an hour.',
  },
  {
    id: 'outbox-gives-out-parked-rows',
    edits: [
      edit(
        outbox,
        'sql`kind = ${kind} and done_at is null and parked_at is null`',
        'sql`kind = ${kind} and done_at is null`',
      ),
    ],
    caughtBy: [parks],
    why: 'A row that waits for a person is tried all the same.',
  },
  {
    id: 'outbox-claims-without-a-lease',
    edits: [
      edit(
        outbox,
        "due_at = now() + ${leaseMs} * interval '1 millisecond'",
        "due_at = now() - ${leaseMs} * interval '1 microsecond'",
      ),
    ],
    caughtBy: [leases],
    why: 'Two relays deliver the same row at once.',
  },
  {
    id: 'outbox-counts-what-was-given-back-as-tried',
    edits: [edit(outbox, 'set attempts = attempts - 1, due_at = now()', 'set due_at = now()')],
    caughtBy: [leases],
    why: 'Rows are parked that were never tried.',
  },
  {
    id: 'orders-answers-201-for-a-pending-order',
    edits: [
      edit(
        'routes/place-order.ts',
        "if (order.status === 'pending') return { status: 202 as const",
        "if (order.status !== 'pending') return { status: 201 as const, body, headers: location };\n  if (order.reason) return { status: 202 as const",
      ),
    ],
    caughtBy: [
      unit(
        'orders/test/idempotency.test.ts',
        'replays a pending answer with what became of the order, and the same recommendations',
      ),
    ],
    why: 'A customer takes for sold what is only accepted.',
  },
  {
    id: 'orders-hides-pending-orders',
    edits: [
      edit(
        'routes/read-order.ts',
        "if (!order) throw problem(404, 'unknown-order'",
        "if (order?.status !== 'confirmed' && order?.status !== 'rejected')\n        throw problem(404, 'unknown-order'",
      ),
    ],
    caughtBy: [chaos('I2', 'alone')],
    why: 'A customer whose order was accepted is told that there is none.',
  },
  {
    id: 'orders-announces-its-first-product',
    edits: [edit('dependencies/purchases.ts', 'skus: items.map(', 'skus: items.slice(0, 1).map(')],
    caughtBy: [
      unit('orders/test/place-order.test.ts', 'is told to recommendation, once, with every product'),
      chaos('I12', 'alone'),
    ],
    why: 'What was bought together is never known.',
  },
];
