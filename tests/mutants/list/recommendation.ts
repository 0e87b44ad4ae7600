import { chaos, editOf, type Mutant, unit } from '../mutant.ts';

const edit = editOf('recommendation');
const tables = 'db/purchases.ts';
const counter = 'use-cases/count-purchases.ts';
const counting = (title: string) => unit('recommendation/test/counting.test.ts', title);
const counterTest = (title: string) => unit('recommendation/test/count-purchases.test.ts', title);
const test = (title: string) => unit('recommendation/test/recommendations.test.ts', title);

/** Purchases, the counts that are folded from them, and the advice. */
export const recommendation: readonly Mutant[] = [
  {
    id: 'recommendation-counts-each-announcement',
    edits: [
      edit(
        tables,
        'on conflict (order_id) do nothing',
        'on conflict (order_id) do update set is_counted = false',
      ),
    ],
    caughtBy: [test('counts once however often it is announced')],
    why: 'A purchase that was announced twice counts twice.',
  },
  {
    id: 'recommendation-counts-in-every-replica',
    edits: [
      edit(
        tables,
        'and not is_counted and parked_at is null\n      order by order_id for update skip locked',
        'and not is_counted and parked_at is null\n      order by order_id',
      ),
    ],
    caughtBy: [test('counts once when several replicas count at the same time')],
    why: 'With two replicas purchases count twice.',
  },
  {
    id: 'recommendation-folds-one-pair-of-a-basket',
    edits: [
      edit(tables, 'unnest(skus) as a, unnest(skus) as b', 'unnest(skus[1:2]) as a, unnest(skus[1:2]) as b'),
    ],
    caughtBy: [test('counts every pair of a basket')],
    why: 'Most of what is bought together is never known.',
  },
  {
    id: 'recommendation-folds-pairs-one-way',
    edits: [edit(tables, 'where a <> b', 'where a < b')],
    caughtBy: [
      test('are what others bought together with what the customer has, never what the customer has'),
    ],
    why: 'Half of the customers get no advice.',
  },
  {
    id: 'recommendation-adds-one-per-batch',
    edits: [
      edit(tables, 'times = popular_products.times + excluded.times', 'times = popular_products.times + 1'),
    ],
    caughtBy: [test('begin with a history, each purchase of it counted once'), chaos('I7', 'alone')],
    why: 'What is bought often does not become popular.',
  },
  {
    id: 'recommendation-forgets-earlier-pairs',
    edits: [edit(tables, 'times = bought_together.times + excluded.times', 'times = excluded.times')],
    caughtBy: [test('counts once when several replicas count at the same time')],
    why: 'Advice follows the last second only.',
  },
  {
    id: 'recommendation-advises-what-the-customer-has',
    edits: [
      edit(tables, 'where partner.sku not in (select sku from owned)', 'where partner.sku = partner.sku'),
    ],
    caughtBy: [test('leave out what the customer has, also where two of those were bought together')],
    why: 'Customers are advised to buy what they have bought.',
  },
  {
    id: 'recommendation-counts-repeated-products',
    edits: [edit('routes/purchases.ts', 'skus: [...new Set(skus)] }', 'skus }')],
    caughtBy: [test('counts a product once, however often the announcement names it')],
    why: 'One order makes a product popular.',
  },
  {
    id: 'recommendation-does-not-count-by-itself',
    edits: [
      edit('background.ts', 'config.COUNT_MS, counter.countDue)', 'config.COUNT_MS, async () => counter)'),
    ],
    caughtBy: [test('counts by itself')],
    why: 'Advice never changes.',
  },
  {
    id: 'recommendation-forgets-what-is-not-counted',
    edits: [edit(tables, 'where is_counted and purchased_at <=', 'where purchased_at <=')],
    caughtBy: [counting('is forgotten once it is counted, and the counts stay')],
    why: 'After an outage purchases are gone before they count.',
  },
  {
    id: 'counter-takes-any-number-of-pairs',
    edits: [
      edit(
        tables,
        'where before = 0 or before + pairs <= ${maxPairs}',
        'where before >= 0 or before + pairs <= ${maxPairs}',
      ),
    ],
    caughtBy: [counting('takes a basket that is larger than a batch alone, and tells how far behind it is')],
    why: 'A batch of large baskets takes longer than a statement may, and rolls back for ever.',
  },
  {
    id: 'counter-does-not-halve-what-fails',
    edits: [edit(counter, 'if (due.length > 1) halve(due.length);', 'if (due.length > 1) grow();')],
    caughtBy: [counterTest('halves a batch that fails, and doubles it again while all goes well')],
    why: 'One purchase that can not be counted stops all others.',
  },
  {
    id: 'counter-parks-for-an-outage',
    edits: [
      edit(
        counter,
        'const isPurchasesFault = !isAway(cause) || clock.now() - countedAtMs < recentMs;',
        'const isPurchasesFault = clock.now() - countedAtMs >= 0 || !isAway(cause);',
      ),
    ],
    caughtBy: [counterTest('parks none when nothing gets through, however long that takes')],
    why: 'An outage of the database parks good purchases.',
  },
  {
    id: 'counter-never-parks',
    edits: [
      edit(counter, 'if (attempts < settings.maxAttempts) {', 'if (attempts < Number.POSITIVE_INFINITY) {'),
    ],
    caughtBy: [counterTest('parks a purchase that fails alone while others get through')],
    why: 'Nobody learns of a purchase that can not be counted.',
  },
];
