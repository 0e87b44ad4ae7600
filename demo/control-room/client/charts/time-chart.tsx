import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useLive } from '../live/store.ts';
import type { Columns } from './columns.ts';
import { faultMarks, type MarkSource } from './fault-marks.ts';
import { type Palette, usePalette } from './palette.ts';

export interface ChartSpec {
  readonly series: (palette: Palette) => uPlot.Series[];
  readonly bands?: (palette: Palette) => uPlot.Band[];
  readonly range: (min: number, max: number) => [number, number];
  readonly format: (value: number) => string;
}

interface Props {
  title: string;
  columns: Columns;
  spec: ChartSpec;
  named?: boolean;
  children: ReactNode;
}

const height = 168;
const minWindowSeconds = 90;
const maxWindowSeconds = 300;

/** The last five minutes of something, its legend, and the marks of what was broken meanwhile. */
export function TimeChart({ title, columns, spec, named = false, children }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const palette = usePalette();
  const marks = useLive((state) => state.marks);
  const source = useRef<MarkSource>({ marks, palette, named });
  source.current = { marks, palette, named };

  useEffect(() => {
    if (!holder.current) return;
    const made = new uPlot(
      optionsOf(spec, palette, holder.current.clientWidth, () => source.current),
      [[0]],
      holder.current,
    );
    chart.current = made;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) made.setSize({ width: entry.contentRect.width, height });
    });
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [spec, palette]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new chart, made for another palette, needs its data
  useEffect(() => chart.current?.setData(columns), [columns, palette]);

  return (
    <figure className="panel chart">
      <figcaption>
        <h2>{title}</h2>
        <div className="legend">{children}</div>
      </figcaption>
      <div className="chart-canvas" ref={holder} style={{ height }} />
    </figure>
  );
}

/** As long as there is something to show: a fresh page is not mostly empty. */
const windowSeconds = (span: number): number => Math.min(maxWindowSeconds, Math.max(minWindowSeconds, span));

/** Whole steps back from now, not from the full minute: the axis stands still while the lines move. */
function minutesBack({ scales }: uPlot): number[] {
  const { min = 0, max = 0 } = scales.x ?? {};
  const step = (max ?? 0) - (min ?? 0) > 150 ? 60 : 30;
  const count = Math.floor(((max ?? 0) - (min ?? 0)) / step);
  return Array.from({ length: count + 1 }, (_, index) => (max ?? 0) - (count - index) * step);
}

function ago(at: number, _index: number, splits: readonly number[]): string {
  const seconds = Math.round((splits.at(-1) ?? at) - at);
  if (seconds === 0) return 'now';
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function optionsOf(
  spec: ChartSpec,
  palette: Palette,
  width: number,
  source: () => MarkSource,
): uPlot.Options {
  const axis = {
    stroke: palette.text,
    font: '11px "Inter Variable", system-ui, sans-serif',
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { sync: { key: 'room' }, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { range: (_, min, max) => [max - windowSeconds(max - min), max] },
      y: { range: (_, min, max) => spec.range(min, max) },
    },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 4,
        grid: { show: false },
        splits: minutesBack,
        values: (_, splits) => splits.map(ago),
      },
      { ...axis, size: 48, gap: 4, space: 36, values: (_, splits) => splits.map(spec.format) },
    ],
    series: [{}, ...spec.series(palette)],
    ...(spec.bands ? { bands: spec.bands(palette) } : {}),
    plugins: [faultMarks(source)],
    padding: [8, 14, 0, 0],
  };
}
