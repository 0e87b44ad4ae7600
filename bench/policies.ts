/**
 * What does a guarded call cost, and against what?
 *
 *     pnpm bench:policies             tables
 *     pnpm bench:policies --json      the same as numbers
 *     pnpm bench:policies --rounds 5  quick and rough
 */
import { parseArgs } from 'node:util';
import * as failing from './policies/failing.ts';
import { allMeasures, held, times, withRunners } from './policies/measure.ts';
import * as memory from './policies/memory.ts';
import * as oneByOne from './policies/one-by-one.ts';
import * as open from './policies/open.ts';
import { type Measures, machine, markdown, type Section } from './policies/report.ts';
import * as succeeding from './policies/succeeding.ts';
import { timers } from './policies/timers.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '21' } },
});
const rounds = Number(values.rounds);
const ask = (section: string, { subjects }: { subjects: object }) =>
  allMeasures(section, Object.keys(subjects), rounds);

/** One column per size of the window; its subjects carry the size in their names. */
async function failingMeasures(): Promise<Measures> {
  const measures: Measures = {};
  for (const calls of failing.windows) {
    const suffix = ` after ${calls}`;
    const names = Object.keys(failing.subjects).filter((name) => name.endsWith(suffix));
    const measured = await withRunners('failing', names, (runners) => times(runners, Math.min(rounds, 9), 1));
    const plain = Object.entries(measured).map(([name, ns]) => [name.slice(0, -suffix.length), ns]);
    measures[`ns, ${calls.toLocaleString('en')} calls in the window`] = Object.fromEntries(plain);
  }
  return measures;
}

async function memoryMeasures(): Promise<Measures> {
  const names = Object.keys(memory.subjects);
  return {
    'bytes after 1 call': await held('memory', names, 1),
    'bytes after 1,000 calls': await held('memory', names, 1000),
  };
}

const sections: Section[] = [
  { question: 'A call that succeeds', baseline: 'opossum', measures: await ask('succeeding', succeeding) },
  {
    question: 'A rejected call that is answered by its fallback',
    baseline: 'opossum',
    measures: await ask('open', open),
  },
  { question: 'A call that fails', baseline: 'opossum', measures: await failingMeasures() },
  { question: 'One of 1,000 dependencies', baseline: 'opossum', measures: await memoryMeasures() },
  { question: 'Event-loop timers', baseline: 'opossum', measures: await timers() },
  {
    question: 'One protection alone',
    baseline: 'everything off',
    measures: await ask('one-by-one', oneByOne),
  },
];

if (values.json) {
  console.log(JSON.stringify({ machine: machine(), rounds, sections }, null, 2));
} else {
  console.log(`${machine()}, medians of ${rounds} interleaved rounds, CPU time, a process per subject\n`);
  console.log(sections.map(markdown).join('\n\n'));
}
// Other libraries leave intervals and timers running.
process.exit();
