import { openBallast, openCockatiel, openMollitia, openOpossum } from './libraries.ts';

/** What does a rejected call cost that is answered by its fallback? */
export const subjects = {
  opossum: openOpossum,
  cockatiel: openCockatiel,
  mollitia: openMollitia,
  ballast: openBallast,
};
