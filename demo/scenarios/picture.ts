import { type Quality, qualities, totalOf } from '../load-generator/quality.ts';
import type { Recording, Sample } from './recording.ts';
import type { ScenarioResult } from './run-scenario.ts';

const column = { width: 560, left: 56, right: 16 };
const plotWidth = column.width - column.left - column.right;
const panels = { answers: { top: 112, height: 190 }, p99: { top: 340, height: 90 } };
const checksTop = 478;
const checkHeight = 22;

/** Worst at the bottom, as on the page. */
const layers: readonly Quality[] = [...qualities].reverse();

/** One picture of a scenario: with its protections, and beside it without, on the same scales. */
export function pictureOf(results: readonly ScenarioResult[]): string {
  const width = column.width * results.length;
  const rows = Math.max(...results.map(({ checks }) => checks.length));
  const height = checksTop + rows * checkHeight + 24;
  const scales = scalesOf(results.map(({ recording }) => recording));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(results[0]?.scenario.title ?? '')}</title>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...results.map(
      (result, index) => `<g transform="translate(${index * column.width} 0)">${half(result, scales)}</g>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

interface Scales {
  readonly seconds: number;
  readonly orders: number;
  readonly p99Ms: number;
}

function scalesOf(recordings: readonly Recording[]): Scales {
  const samples = recordings.flatMap((recording) => recording.samples);
  const orders = samples.map(({ stats }) => Math.max(stats.orders.offered, totalOf(stats.orders.outcomes)));
  const p99Ms = samples.map(({ stats }) => stats.orders.latencyMs?.p99 ?? 0);
  return {
    seconds: Math.max(1, ...recordings.map(({ durationMs }) => durationMs / 1000)),
    orders: niceAbove(Math.max(5, ...orders)),
    p99Ms: niceAbove(Math.max(100, ...p99Ms)),
  };
}

/** The next round number above, one that can be halved: 1, 2, 4, 6 or 10 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6].find((step) => step * power >= value) ?? 10) * power;
}

function half(
  { scenario, variant, recording, checks, verdict, reason }: ScenarioResult,
  scales: Scales,
): string {
  const subtitle =
    variant === 'naive' ? `without ${scenario.naive.without.join(', ')}` : 'with every protection';
  const broke = variant === 'naive' ? 'breaks as declared' : 'holds as declared';
  const isAsDeclared = verdict === 'as declared';
  const headline = isAsDeclared ? broke : verdict;
  return [
    `<text class="title" x="${column.left}" y="34">${escaped(scenario.title)}</text>`,
    `<text class="number ${isAsDeclared ? 'holds' : 'breaks'}" x="${column.width - column.right}" y="34">${headline}</text>`,
    `<text class="quiet" x="${column.left}" y="56">${escaped(reason ?? subtitle)}</text>`,
    legend(recording.samples),
    band(recording, scales),
    answers(recording.samples, scales),
    latency(recording.samples, scales),
    `<g transform="translate(${column.left} ${checksTop})">`,
    ...checks.map((check, row) => {
      const y = row * checkHeight;
      const sign = check.holds ? '✓' : '✕';
      return `<text y="${y}"><tspan class="${check.holds ? 'holds' : 'breaks'}">${sign}</tspan> ${escaped(check.says)}</text><text class="number" x="${plotWidth}" y="${y}">${escaped(check.measured)}</text>`;
    }),
    '</g>',
  ].join('\n');
}

/** The colours that occur, best first. */
function legend(samples: readonly Sample[]): string {
  const seen = qualities.filter((quality) => samples.some(({ stats }) => stats.orders.outcomes[quality] > 0));
  return seen
    .map((quality, index) => {
      const x = column.left + index * 78;
      return `<rect class="${quality}" x="${x}" y="74" width="10" height="10" rx="2"/><text class="quiet small" x="${x + 15}" y="83">${quality}</text>`;
    })
    .join('');
}

const xOf = (atMs: number, { seconds }: Scales): number =>
  round(column.left + (Math.min(atMs / 1000, seconds) / seconds) * plotWidth);
const round = (value: number): number => Math.round(value * 10) / 10;

function band({ brokenFromMs, brokenToMs }: Recording, scales: Scales): string {
  const from = xOf(brokenFromMs, scales);
  const to = xOf(brokenToMs, scales);
  const bottom = panels.p99.top + panels.p99.height;
  return `<rect class="band" x="${from}" y="${panels.answers.top}" width="${round(to - from)}" height="${bottom - panels.answers.top}"/>
<text class="quiet small" x="${from + 4}" y="${panels.answers.top - 6}">broken</text>`;
}

function answers(samples: readonly Sample[], scales: Scales): string {
  const { top, height } = panels.answers;
  const y = (orders: number) => round(top + height - (orders / scales.orders) * height);
  const sums = samples.map(() => 0);
  const areas = layers.map((quality) => {
    const floor = samples.map((sample, index) => [xOf(sample.atMs, scales), y(sums[index] ?? 0)] as const);
    for (const [index, { stats }] of samples.entries())
      sums[index] = (sums[index] ?? 0) + stats.orders.outcomes[quality];
    const roof = samples.map((sample, index) => [xOf(sample.atMs, scales), y(sums[index] ?? 0)] as const);
    return `<path class="${quality}" d="${path([...roof, ...floor.reverse()])}Z"/>`;
  });
  const offered = samples.map(
    (sample) => [xOf(sample.atMs, scales), y(sample.stats.orders.offered)] as const,
  );
  return [
    axis(top, height, scales.orders, (value) => `${Math.round(value)}/s`),
    ...areas,
    `<path class="offered" d="${path(offered)}"/>`,
    `<text class="quiet small" x="${column.left}" y="${top + height + 16}">orders a second by how good the answer was; dashed: offered</text>`,
  ].join('\n');
}

function latency(samples: readonly Sample[], scales: Scales): string {
  const { top, height } = panels.p99;
  const known = samples.filter(({ stats }) => stats.orders.latencyMs !== null);
  const points = known.map(({ atMs, stats }) => {
    const share = (stats.orders.latencyMs?.p99 ?? 0) / scales.p99Ms;
    return [xOf(atMs, scales), round(top + height - share * height)] as const;
  });
  return [
    axis(top, height, scales.p99Ms, (value) =>
      value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`,
    ),
    `<path class="p99" d="${path(points)}"/>`,
    `<text class="quiet small" x="${column.left}" y="${top + height + 16}">p99 over ${Math.round(scales.seconds)} s</text>`,
  ].join('\n');
}

const path = (points: readonly (readonly [number, number])[]): string =>
  points.length === 0 ? '' : `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`;

function axis(top: number, height: number, max: number, name: (value: number) => string): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = top + height - share * height;
      return `<path class="grid" d="M${column.left} ${round(y)}h${plotWidth}"/><text class="quiet small number" x="${column.left - 8}" y="${round(y + 4)}">${name(max * share)}</text>`;
    })
    .join('');
}

const escaped = (text: string): string => text.replace(/[<>&"]/g, (char) => `&#${char.charCodeAt(0)};`);

const style = `
text{font:13px "Inter Variable",system-ui,sans-serif;fill:#16202d;font-variant-numeric:tabular-nums}
.title{font-size:17px;font-weight:600}.quiet{fill:#586779}.small{font-size:11.5px}.number{text-anchor:end}
.paper{fill:#fff}.band{fill:#d92f40;opacity:.09}.grid{stroke:#dde4ec;fill:none}
.live{fill:#12a078}.cached{fill:#dd9a16}.default{fill:#8a63d8}.disabled{fill:#8794a5}.pending{fill:#2f7fe0}
.rejected{fill:#b8c2ce}.late{fill:#b0478f}.refused{fill:#e0682c}.failed{fill:#d92f40}
.offered{fill:none;stroke:#16202d;stroke-width:1.5;stroke-dasharray:4 4}.p99{fill:none;stroke:#c14d86;stroke-width:2}
.holds{fill:#12a078;font-weight:700}.breaks{fill:#d92f40;font-weight:700}
@media(prefers-color-scheme:dark){text{fill:#e9eff7}.quiet{fill:#93a1b4}.paper{fill:#10161f}.grid{stroke:#222d3b}.offered{stroke:#e9eff7}}
`;
