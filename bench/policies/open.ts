import { openBallast, openCockatiel, openMollitia, openOpossum } from './contestants.ts';
import { compare } from './measure.ts';
import type { Measures } from './report.ts';

/** What does a refused call cost that ends in its fallback? */
export async function open(rounds: number): Promise<Measures> {
  const subjects = {
    opossum: openOpossum(),
    cockatiel: openCockatiel(),
    mollitia: openMollitia(),
    ballast: openBallast(),
  };
  return {
    'ns, one at a time': await compare(subjects, rounds, 1),
    'ns, 64 at a time': await compare(subjects, rounds, 64),
  };
}
