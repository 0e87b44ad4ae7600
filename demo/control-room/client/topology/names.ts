import type { NodeName } from '../../../topology.ts';

/** How the page calls the parts of the system. */
export const nodeTitle: Record<NodeName, string> = {
  'control-room': 'Control room',
  'load-generator': 'Customers',
  orders: 'Orders',
  inventory: 'Inventory',
  recommendation: 'Recommendation',
  postgres: 'PostgreSQL',
  redis: 'Redis',
};
