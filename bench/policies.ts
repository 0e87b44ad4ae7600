/**
 * What does a guarded call cost, and against what?
 *
 *     pnpm bench:policies             tables
 *     pnpm bench:policies --json      the same as numbers
 *     pnpm bench:policies --rounds 5  quick and rough
 */
import { parseArgs } from 'node:util';
import { failing } from './policies/failing.ts';
import { memory } from './policies/memory.ts';
import { oneByOne } from './policies/one-by-one.ts';
import { open } from './policies/open.ts';
import { machine, markdown, type Section } from './policies/report.ts';
import { succeeding } from './policies/succeeding.ts';
import { timers } from './policies/timers.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '15' } },
});
const rounds = Number(values.rounds);

const sections: Section[] = [
  { question: 'A call that succeeds', baseline: 'opossum', measures: await succeeding(rounds) },
  { question: 'A refused call that ends in its fallback', baseline: 'opossum', measures: await open(rounds) },
  { question: 'A call that fails', baseline: 'opossum', measures: await failing(rounds) },
  { question: 'One of 1,000 dependencies', baseline: 'opossum', measures: await memory() },
  { question: 'Event-loop timers', baseline: 'opossum', measures: await timers() },
  { question: 'One protection alone', baseline: 'everything off', measures: await oneByOne(rounds) },
];

if (values.json) {
  console.log(JSON.stringify({ machine: machine(), rounds, sections }, null, 2));
} else {
  console.log(`${machine()}, medians of ${rounds} interleaved rounds, CPU time\n`);
  console.log(sections.map(markdown).join('\n\n'));
}
// The contestants leave intervals and timers behind.
process.exit();
