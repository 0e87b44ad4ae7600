import type { CatalogueEntry, CatalogueStore } from '../src/use-cases/catalogue.ts';

/** The same promises as `catalogueIn`, kept in memory for the simulation. */
export function memoryCatalogue(): CatalogueStore {
  let stored: CatalogueEntry[] = [];
  return {
    load: async () => structuredClone(stored),
    async replace(entries) {
      stored = structuredClone(entries);
    },
  };
}
