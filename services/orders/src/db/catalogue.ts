import { type Queryable, sql } from '@ballast/service-kit';
import type { CatalogueEntry, CatalogueStore } from '../use-cases/catalogue.ts';

/** The copy of the catalogue in PostgreSQL, for the next start. */
export function catalogueIn(db: Queryable): CatalogueStore {
  return {
    load: () =>
      db.query<CatalogueEntry>(sql`
        select sku, name, price_cents as "priceCents" from catalogue order by sku`),
    async replace(entries) {
      await db.query(sql`
        with copy as (
          select * from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
            as c(sku text, name text, "priceCents" integer)
        ), removed as (
          delete from catalogue where sku not in (select sku from copy)
        )
        insert into catalogue (sku, name, price_cents)
        select sku, name, "priceCents" from copy order by sku
        on conflict (sku) do update set name = excluded.name, price_cents = excluded.price_cents`);
    },
  };
}
