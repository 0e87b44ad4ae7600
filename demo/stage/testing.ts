import type { SystemView } from './system-view.ts';

/** A view for tests: what is not given reports nothing. */
export const stubView = (known: Partial<SystemView>): SystemView => ({
  service: () => null,
  stats: () => null,
  orders: () => [],
  processes: () => null,
  accepts: () => null,
  replication: () => null,
  onStats: () => () => {},
  onProcess: () => () => {},
  ...known,
});
