import { type Kysely, sql } from 'kysely';
import type { CatalogueEntry, CatalogueStore } from '../use-cases/catalogue.ts';

/** The copy of the catalogue in PostgreSQL, for the next start. */
export function catalogueIn(db: Kysely<unknown>): CatalogueStore {
  return {
    async load() {
      const { rows } = await sql<CatalogueEntry>`
        select sku, name, price_cents as "priceCents" from catalogue order by sku`.execute(db);
      return rows;
    },
    async replace(entries) {
      await sql`
        with copy as (
          select * from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
            as c(sku text, name text, "priceCents" integer)
        ), removed as (
          delete from catalogue where sku not in (select sku from copy)
        )
        insert into catalogue (sku, name, price_cents)
        select sku, name, "priceCents" from copy order by sku
        on conflict (sku) do update set name = excluded.name, price_cents = excluded.price_cents`.execute(db);
    },
  };
}
