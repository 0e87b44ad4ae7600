import { chaos, editOf, type Mutant, simulation, unit } from '../mutant.ts';

const edit = editOf('inventory');
const tables = 'db/reservations.ts';
const putting = 'use-cases/put-reservation.ts';
const http = (title: string) => unit('inventory/test/reservations.test.ts', title);
const store = (title: string) => unit('inventory/test/store-contract.test.ts', title);

const holdsAndSells = http('holds stock until it is confirmed, then sells it');
const overdueIsDecidedAnew = http('can not be confirmed as it is, but is decided anew');
const keepsWhatIsSold = http('can not take back what is sold');
const addsUpLines = http('adds up lines of the same product, in any order');

/** Stock, reservations and their ends. */
export const inventory: readonly Mutant[] = [
  {
    id: 'inventory-books-no-stock',
    edits: [
      edit(tables, "where decided.status = 'reserved'\n    ), taken", 'where false\n    ), taken'),
      edit(tables, 'from ended join needed using (id)', 'from ended join needed using (id) where false'),
    ],
    caughtBy: [holdsAndSells, chaos('I11')],
    why: 'Everything is sold without end.',
  },
  {
    id: 'inventory-books-one-piece-per-line',
    edits: [
      edit(
        tables,
        'select lines.sku, lines.quantity, decided.id',
        'select lines.sku, 1 as quantity, decided.id',
      ),
      edit(tables, 'select id, sku, quantity from held', 'select id, sku, 1 as quantity from held'),
    ],
    caughtBy: [holdsAndSells, chaos('I11')],
    why: 'Of three pieces that are sold one leaves the stock.',
  },
  {
    id: 'inventory-sells-an-order-twice',
    edits: [
      edit(
        'db/migrations/0001-stock-ledger.ts',
        "on reservations (order_id) where status <> 'expired';",
        "on reservations (order_id) where status = 'reserved' or status = 'released';",
      ),
      edit(
        tables,
        "from verdict where (select skus from busy) is null\n      on conflict (order_id) where status <> 'expired' do nothing",
        "from verdict where (select skus from busy) is null\n      on conflict (order_id) where status = 'reserved' or status = 'released' do nothing",
      ),
      edit(
        tables,
        "now(), now())\n      on conflict (order_id) where status <> 'expired' do nothing",
        "now(), now())\n      on conflict (order_id) where status = 'reserved' or status = 'released' do nothing",
      ),
      edit(
        tables,
        "where order_id = ${orderId} and status <> 'expired')",
        "where order_id = ${orderId} and status in ('reserved', 'released'))",
      ),
    ],
    caughtBy: [http('is decided once: repeating any step changes nothing'), chaos('I11', 'alone')],
    why: 'A repeated confirmation sells the same order again.',
  },
  {
    id: 'inventory-gives-back-twice',
    edits: [
      edit(
        tables,
        'available = stock.available + total.quantity * ${givenBack}',
        'available = stock.available + total.quantity * ${givenBack * 2},\n' +
          '        supplied = stock.supplied + total.quantity * ${givenBack}',
      ),
    ],
    caughtBy: [http('gives the stock back, and repeating it changes nothing'), chaos('I4')],
    why: 'Each release makes pieces that do not exist.',
  },
  {
    id: 'inventory-releases-what-is-sold',
    edits: [
      edit(
        tables,
        "sql`order_id = ${orderId} and status = 'reserved' for no key update`",
        "sql`order_id = ${orderId} and status in ('reserved', 'confirmed') for no key update`",
      ),
    ],
    caughtBy: [keepsWhatIsSold],
    why: 'What a customer has bought is sold to another.',
  },
  {
    id: 'inventory-answers-a-release-of-what-is-sold',
    edits: [edit('routes/reservations.ts', "if (status === 'confirmed')", "if (status === 'reserved')")],
    caughtBy: [keepsWhatIsSold],
    why: 'The caller believes that a sale was taken back.',
  },
  {
    id: 'inventory-expires-without-giving-back',
    edits: [
      edit(
        tables,
        'from ended join needed using (id)',
        "from ended join needed using (id) where ended.status <> 'expired'",
      ),
    ],
    caughtBy: [
      http('gives its stock back, and finds it gone when it comes again too late'),
      chaos('I6', 'alone'),
    ],
    why: 'Stock that nobody holds can not be sold any more.',
  },
  {
    id: 'inventory-expires-before-its-time',
    edits: [
      edit(
        tables,
        "status = 'reserved' and expires_at <= now() ${ofOrder}",
        "status = 'reserved' ${ofOrder}",
      ),
    ],
    caughtBy: [store('expire what is overdue, and then decide anew')],
    why: 'Holds end while their orders are being confirmed.',
  },
  {
    id: 'inventory-confirms-after-expiry',
    edits: [edit(tables, 'and expires_at > now() and items', 'and items')],
    caughtBy: [store('expire what is overdue, and then decide anew')],
    why: 'What was held too long is sold although its time is over.',
  },
  {
    id: 'inventory-confirms-other-items',
    edits: [
      edit(
        tables,
        ' and items = ${JSON.stringify(items)}::jsonb\n',
        ' and ${JSON.stringify(items)}::jsonb is not null\n',
      ),
    ],
    caughtBy: [store('confirm what is held, for the same items and once')],
    why: 'An order is confirmed for what it did not reserve.',
  },
  {
    id: 'inventory-waits-for-a-locked-row',
    edits: [
      edit(
        tables,
        'from stock where sku in (select sku from needed) order by sku for no key update skip locked\n    ), busy as (',
        'from stock where sku in (select sku from needed) order by sku for no key update\n    ), busy as (',
      ),
    ],
    caughtBy: [
      unit('inventory/test/locked-row.test.ts', 'sells every other product while the row of one is locked'),
    ],
    why: 'One locked product takes the connections of all others.',
  },
  {
    id: 'inventory-lets-a-product-take-the-whole-pool',
    edits: [
      edit(
        'use-cases/bounded-by-stock.ts',
        'new StockBulkhead(settings.maxConcurrent, clock)',
        'new StockBulkhead(1_000_000 + settings.maxConcurrent, clock)',
      ),
    ],
    caughtBy: [
      unit(
        'inventory/test/bounded-by-stock.test.ts',
        'lets only a few operations on the same product into the database, and others past them',
      ),
    ],
    why: 'A product that everybody wants keeps all others from being sold.',
  },
  {
    id: 'inventory-forgets-what-is-held',
    edits: [
      edit(
        'db/migrations/0004-retention.ts',
        'select id from reservations where ended_at <= ended_before',
        'select id from reservations where coalesce(ended_at, created_at) <= ended_before',
      ),
    ],
    caughtBy: [store('forget what ended long ago, and nothing that is held')],
    why: 'Stock stays held for reservations that nobody knows any more.',
  },
  {
    id: 'inventory-forgets-its-ledger',
    edits: [
      edit(
        'db/migrations/0004-retention.ts',
        'do update set quantity = stock_movements.quantity + excluded.quantity, at = now()',
        'do update set quantity = excluded.quantity, at = now()',
      ),
    ],
    caughtBy: [
      unit(
        'inventory/test/races.test.ts',
        'keeps the sums of the ledger when several replicas forget what ended, and more is sold meanwhile',
      ),
    ],
    why: 'The ledger does not add up to the stock any more.',
  },
  {
    id: 'inventory-lists-decisions-that-were-replaced',
    edits: [
      edit(tables, 'order by order_id, id desc limit ${limit}`', 'order by order_id, id limit ${limit}`'),
    ],
    caughtBy: [store('list the latest decision of each order by its id, a page at a time')],
    why: 'The comparison of the two books reports orders that are well.',
  },
  {
    id: 'inventory-leaves-no-tombstone',
    edits: [
      edit(
        tables,
        'released ?? (await leaveTombstone(orderId)) ?? (await find(orderId))',
        'released ?? (await find(orderId))',
      ),
    ],
    caughtBy: [store('release what is held, and leave a tombstone where nothing was')],
    why: 'A reservation that arrives after its release holds stock for nobody.',
  },
  {
    id: 'inventory-rejects-only-when-every-line-is-short',
    edits: [
      edit(tables, 'bool_or(stock.available < lines.quantity)', 'bool_and(stock.available < lines.quantity)'),
    ],
    caughtBy: [http('is refused for good when stock does not suffice, even if it would later')],
    why: 'A basket of which one product is sold out is answered with an error, for ever.',
  },
  {
    id: 'inventory-ledger-begins-with-a-piece-too-many',
    edits: [
      edit(
        'db/migrations/0002-opening-stock.ts',
        "select sku, 'supplied', supplied from",
        "select sku, 'supplied', supplied + 1 from",
      ),
    ],
    caughtBy: [
      unit(
        'inventory/test/races.test.ts',
        'sells the last 50 pieces to exactly 50 of 80 customers who come at once',
      ),
      chaos('I4', 'alone'),
    ],
    why: 'The ledger and the stock tell two stories.',
  },
  {
    id: 'inventory-accepts-other-items-for-a-known-order',
    edits: [edit(putting, 'if (!sameLines(current.items, items) &&', 'if (items.length === 0 &&')],
    caughtBy: [http('is refused for other items than it was decided for')],
    why: 'An order is told that its items are held, and others are.',
  },
  {
    id: 'inventory-does-not-end-what-is-overdue',
    edits: [edit(putting, 'if (current.isOverdue)', "if (current.isOverdue && status !== 'confirmed')")],
    caughtBy: [overdueIsDecidedAnew],
    why: 'An order that comes a moment too late is answered with an error until a sweeper comes by.',
  },
  {
    id: 'inventory-confirms-what-it-rejected',
    edits: [
      edit(
        putting,
        "if (current.status !== 'reserved') return current;",
        "if (current.status !== 'reserved') return { ...current, status: 'confirmed' as const };",
      ),
    ],
    caughtBy: [simulation('I5')],
    why: 'Orders are confirmed without stock.',
  },
  {
    id: 'inventory-answers-reserved-when-asked-to-confirm',
    edits: [edit(putting, "return status === 'reserved' ? current : undefined;", 'return current;')],
    caughtBy: [http('can be confirmed without having been reserved first')],
    why: 'The caller can not tell what was sold.',
  },
  {
    id: 'inventory-merges-lines-by-forgetting',
    edits: [edit('use-cases/reservation.ts', '(quantities.get(sku) ?? 0) + quantity);', 'quantity);')],
    caughtBy: [addsUpLines],
    why: 'Fewer pieces are held than were asked for.',
  },
  {
    id: 'inventory-keeps-lines-in-the-order-they-came',
    edits: [edit('use-cases/reservation.ts', '.sort(([a], [b]) => (a < b ? -1 : 1))', '')],
    caughtBy: [addsUpLines],
    why: 'The same basket in another order is taken for another basket.',
  },
  {
    id: 'inventory-sweeper-does-nothing',
    edits: [edit('app.ts', 'expire({ limit: sweepBatch })', 'expire({ limit: 0 })')],
    caughtBy: [http('gives its stock back without being asked')],
    why: 'Stock of orders that nobody confirms is lost.',
  },
  {
    id: 'inventory-drops-cents-from-prices',
    edits: [
      edit('routes/products.ts', 'unitPrice: priceCents / 100', 'unitPrice: Math.floor(priceCents / 100)'),
    ],
    caughtBy: [unit('inventory/test/http.test.ts', 'lists every product, the scarce ones last')],
    why: 'Everything is sold for whole euros.',
  },
];
