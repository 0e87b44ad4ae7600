import type { NodeName } from '../../../topology.ts';

/** The names of the parts of the system on the page. */
export const nodeTitle: Record<NodeName, string> = {
  'control-room': 'Control room',
  'load-generator': 'Customers',
  orders: 'Orders',
  inventory: 'Inventory',
  recommendation: 'Recommendation',
  postgres: 'PostgreSQL',
  'postgres-standby': 'Standby',
  redis: 'Redis',
};
