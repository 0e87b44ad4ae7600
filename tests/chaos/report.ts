import type { EdgeTraffic } from './checker/final-state.ts';
import { settleTimes } from './checker/liveness.ts';
import type { Situation } from './checker/situations.ts';
import type { Verdict } from './checker/verdict.ts';
import type { Conclusion } from './conclusion.ts';
import type { Findings } from './experiment.ts';
import type { Completion, HistoryEntry } from './history/entry.ts';
import { operationsOf } from './history/operations.ts';
import { describeFault } from './nemesis/fault.ts';
import { type InjectedFault, killsIn } from './nemesis/nemesis.ts';

export type RunReport = Omit<Findings, 'folder'> & {
  readonly title: string;
  readonly injected: readonly InjectedFault[];
  /** What the run had to meet, and how often it did. */
  readonly occurrences: readonly Situation[];
  readonly conclusion: Conclusion;
};

const evidenceShown = 5;

/** The result of a run, for people. */
export function report({
  title,
  history,
  injected,
  occurrences,
  verdicts,
  conclusion,
  state,
  turnedAway,
  ownDelayMs,
}: RunReport): string {
  const missed = injected.filter((entry) => entry.missed !== undefined).length;
  return [
    title,
    '',
    ...figures(history),
    `turned away      ${turnedAway} more customers, because too many were waiting already`,
    ...state.traffic.map(amplificationLine),
    `own delay        ${Math.round(ownDelayMs.p99)} ms at p99, ${Math.round(ownDelayMs.max)} ms at most: how late this process was, because the machine was busy`,
    `kills            ${killsIn(injected)}`,
    `faults           ${injected.length - missed} (${missed} more could not be injected, because their target was down)`,
    ...countLines(
      injected.filter((entry) => entry.missed === undefined).map(({ fault }) => describeFault(fault)),
    ),
    '',
    'What had to occur, and how often it did:',
    ...occurrences.map(
      ({ name, times }) => `  ${times === 0 ? ' NEVER' : String(times).padStart(6)}  ${name}`,
    ),
    '',
    ...verdicts.flatMap(verdictLines),
    '',
    ...conclusionLines(conclusion),
    '',
  ].join('\n');
}

function figures(history: readonly HistoryEntry[]): string[] {
  const operations = operationsOf(history);
  const answers = operations.placings.map(({ completed }) => completed);
  const oks = answers.filter((answer) => answer?.type === 'ok');
  const acknowledged = new Set(oks.map(({ orderId }) => orderId));
  const pending = new Set(
    oks.filter(({ orderStatus }) => orderStatus === 'pending').map(({ orderId }) => orderId),
  );
  const keys = new Set(operations.placings.map(({ invoked }) => invoked.key));
  const slowest = Math.max(0, ...settleTimes(operations).values());
  return [
    `orders           ${acknowledged.size} acknowledged of ${keys.size} requested, ${pending.size} of them first as pending`,
    `attempts         ${answers.length}`,
    ...countLines(answers.map((answer) => (answer === undefined ? 'no answer yet' : outcomeName(answer)))),
    `slowest settled  ${Math.round(slowest)} ms after the healing`,
  ];
}

function amplificationLine({ edge, calls, retries, attempts }: EdgeTraffic): string {
  return `${edge}: ${attempts} requests on the wire for ${calls} calls, ${retries} retries by the caller's count`;
}

function outcomeName(answer: Completion): string {
  if (answer.type === 'ok') return `ok, ${answer.orderStatus}${answer.replayed ? ' (replayed)' : ''}`;
  if (answer.type === 'fail') return `failed, ${answer.status} ${answer.code}`;
  return `unknown, ${answer.reason}`;
}

/** Most frequent first. */
function countLines(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`);
}

function conclusionLines({ outcome, missing }: Conclusion): string[] {
  const lacks = missing.length > 0 ? [`It lacks: ${missing.join(', ')}.`] : [];
  if (outcome === 'red') return ['BROKEN', ...lacks];
  if (outcome === 'green') return ['Every invariant holds, and everything that has to occur did.'];
  return ['INCONCLUSIVE: nothing is broken, but not everything that has to occur did.', ...lacks];
}

function verdictLines({ id, title, holds, checked, violations }: Verdict): string[] {
  const label = holds ? 'holds ' : 'BROKEN';
  const evidence = violations.slice(0, evidenceShown).map((violation) => `         ${violation}`);
  const more = violations.length - evidence.length;
  return [
    `${label} ${id.padEnd(3)} ${title} (${checked} checked)`,
    ...evidence,
    ...(more > 0 ? [`         and ${more} more`] : []),
  ];
}
