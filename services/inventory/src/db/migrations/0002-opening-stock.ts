import { sql } from '@ballast/service-kit';
import { openingStock as products } from '../opening-stock.ts';

const delivery = products.map(([sku, name, category, priceCents, supplied]) => {
  return { sku, name, category, priceCents, supplied };
});

/** The catalogue and its first delivery, booked through the ledger like any other movement. */
export const openingStock = sql`
  with delivery as (
    select * from jsonb_to_recordset(${JSON.stringify(delivery)}::jsonb)
      as d(sku text, name text, category text, "priceCents" integer, supplied integer)
  ), listed as (
    insert into products (sku, name, category, price_cents)
    select sku, name, category, "priceCents" from delivery
  ), counted as (
    insert into stock (sku, supplied, available) select sku, supplied, supplied from delivery
  )
  insert into stock_movements (sku, kind, quantity)
  select sku, 'supplied', supplied from delivery`;
