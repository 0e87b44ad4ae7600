import { chaos, editOf, type Mutant, unit } from '../mutant.ts';

const edit = editOf('recommendation');
const tables = 'db/purchases.ts';
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
    caughtBy: [test('counts once however often it is announced'), chaos('I7', 'alone')],
    why: 'A purchase that was announced twice counts twice.',
  },
  {
    id: 'recommendation-counts-in-every-replica',
    edits: [edit(tables, 'limit ${limit} for update skip locked', 'limit ${limit}')],
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
    caughtBy: [test('begin with a history, each purchase of it counted once')],
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
    edits: [edit('app.ts', 'await purchases.count(countBatch)', 'await purchases.count(0)')],
    caughtBy: [unit('recommendation/test/recommendations.test.ts', 'counts by itself')],
    why: 'Advice never changes.',
  },
];
