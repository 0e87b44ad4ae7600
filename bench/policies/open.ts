import { openBallast, openCockatiel, openMollitia, openOpossum } from './contestants.ts';

/** What does a refused call cost that ends in its fallback? */
export const subjects = {
  opossum: openOpossum,
  cockatiel: openCockatiel,
  mollitia: openMollitia,
  ballast: openBallast,
};
