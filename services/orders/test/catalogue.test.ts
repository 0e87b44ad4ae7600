import { beforeEach, describe, expect, it } from 'vitest';
import { type Catalogue, type CatalogueEntry, createCatalogue } from '../src/use-cases/catalogue.ts';

const mug = (priceCents: number) => ({ sku: 'MUG-ENAMEL', name: 'Enamel mug', priceCents });
let offered: CatalogueEntry[];
let stored: CatalogueEntry[];
let writes: number;
let isStoreAway: boolean;
let catalogue: Catalogue;

beforeEach(() => {
  offered = [mug(990)];
  stored = [];
  writes = 0;
  isStoreAway = false;
  const store = {
    load: async () => stored,
    async replace(entries: CatalogueEntry[]) {
      if (isStoreAway) throw new Error('away');
      writes++;
      stored = entries;
    },
  };
  catalogue = createCatalogue({ fetchAll: async () => offered, store, clock: { now: () => 0 } });
});

describe('the copy of the catalogue', () => {
  it('is stored when it could not be stored the first time', async () => {
    isStoreAway = true;
    await expect(catalogue.refresh()).rejects.toThrow('away');
    expect(catalogue.nameOf('MUG-ENAMEL')).toBe('Enamel mug');
    isStoreAway = false;
    await catalogue.refresh();
    expect(stored).toEqual(offered);
  });

  it('is not stored again while nothing changes', async () => {
    await catalogue.refresh();
    await catalogue.refresh();
    expect(writes).toBe(1);
    offered = [mug(1090)];
    await catalogue.refresh();
    expect(writes).toBe(2);
  });

  it('that an earlier run stored is not stored again by this one', async () => {
    stored = [mug(990)];
    await catalogue.restore();
    await catalogue.refresh();
    expect(writes).toBe(0);
  });
});
