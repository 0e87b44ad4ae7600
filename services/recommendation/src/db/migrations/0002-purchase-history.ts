import { type Kysely, sql } from 'kysely';
import { readPurchaseHistory } from '../purchase-history.ts';

/** Past purchases, so that the first customer of a fresh system already gets advice from something real. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const rows = readPurchaseHistory().map(([customerId, ...skus], index) => ({
    orderId: `history-${index + 1}`,
    customerId,
    skus,
  }));
  await sql`
    insert into purchases (order_id, customer_id, skus, purchased_at)
    select "orderId", "customerId", skus, now() - interval '30 days'
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r("orderId" text, "customerId" text, skus text[])`.execute(
    db,
  );
}
