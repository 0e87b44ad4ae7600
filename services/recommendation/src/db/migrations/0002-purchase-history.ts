import { sql } from '@ballast/service-kit';
import { readPurchaseHistory } from '../purchase-history.ts';

const purchases = readPurchaseHistory().map(([customerId, ...skus], index) => {
  return { orderId: `history-${index + 1}`, customerId, skus };
});

/** Past purchases, so that the first customer of a fresh system already gets advice from something real. */
export const purchaseHistory = sql`
  insert into purchases (order_id, customer_id, skus, purchased_at)
  select "orderId", "customerId", skus, now() - interval '30 days'
  from jsonb_to_recordset(${JSON.stringify(purchases)}::jsonb) as r("orderId" text, "customerId" text, skus text[])`;
