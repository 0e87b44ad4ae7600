import { useMemo } from 'react';
import type uPlot from 'uplot';
import { qualities } from '../../../load-generator/quality.ts';
import { duration, percent, rate } from '../format.ts';
import { useLive } from '../live/store.ts';
import { latencyColumns, loadColumns, shareColumns, stacked } from './columns.ts';
import { type ChartSpec, TimeChart } from './time-chart.tsx';

const fromZero =
  (floor: number) =>
  (_min: number, max: number): [number, number] => [0, Math.max(floor, (max ?? 0) * 1.18)];

const line = (stroke: string, extra: uPlot.Series = {}): uPlot.Series => ({
  stroke,
  width: 1.75,
  points: { show: false },
  ...extra,
});

const loadSpec: ChartSpec = {
  series: (palette) => [
    line(palette.offered, { dash: [4, 4] }),
    line(palette.quality.live, { fill: palette.goodput }),
  ],
  range: fromZero(10),
  format: (value) => rate(value),
};

const latencySpec: ChartSpec = {
  series: (palette) => [line(palette.p50), line(palette.p99)],
  range: fromZero(50),
  format: (value) => duration(value),
};

const shareSpec: ChartSpec = {
  series: (palette) =>
    stacked.map((quality) => line(palette.quality[quality], { width: 0, fill: palette.quality[quality] })),
  bands: (palette) =>
    stacked.slice(1).map((quality, index) => ({
      series: [index + 2, index + 1] as const,
      fill: palette.quality[quality],
    })) as uPlot.Band[],
  range: () => [0, 1],
  format: (value) => percent(value),
};

/** Load against goodput, latency, and how good the answers were, on one time axis with one cursor. */
export function Charts() {
  const history = useLive((state) => state.history);
  const last = history.at(-1);
  const load = useMemo(() => loadColumns(history), [history]);
  const latency = useMemo(() => latencyColumns(history), [history]);
  const shares = useMemo(() => shareColumns(history), [history]);
  return (
    <section className="charts" data-tour="charts" aria-label="The last five minutes">
      <TimeChart title="Load and goodput" columns={load} spec={loadSpec} named>
        <Key colour="offered" name="offered" value={`${rate(last?.offered)}/s`} dashed />
        <Key colour="live" name="accepted" value={`${rate(last?.good)}/s`} />
      </TimeChart>
      <TimeChart title="Answer time" columns={latency} spec={latencySpec}>
        <Key colour="p50" name="p50" value={duration(last?.p50Ms)} />
        <Key colour="p99" name="p99" value={duration(last?.p99Ms)} />
      </TimeChart>
      <TimeChart title="How good the answers were" columns={shares} spec={shareSpec}>
        {qualities.slice(0, 3).map((quality) => (
          <Key key={quality} colour={quality} name={quality} />
        ))}
        <Key colour="pending" name="pending" />
        <Key colour="late" name="late" />
        <Key colour="refused" name="refused" />
        <Key colour="failed" name="failed" />
      </TimeChart>
    </section>
  );
}

function Key({
  colour,
  name,
  value,
  dashed,
}: {
  colour: string;
  name: string;
  value?: string;
  dashed?: boolean;
}) {
  return (
    <span className="key">
      <i
        style={{ background: dashed ? 'none' : `var(--${colour})`, borderColor: `var(--${colour})` }}
        data-dashed={dashed}
      />
      {name}
      {value !== undefined && <b>{value}</b>}
    </span>
  );
}
