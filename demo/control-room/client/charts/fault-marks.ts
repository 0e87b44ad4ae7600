import type uPlot from 'uplot';
import type { Mark } from '../../../stage/picture.ts';
import type { Palette } from './palette.ts';

export interface MarkSource {
  readonly marks: readonly Mark[];
  readonly palette: Palette;
  /** Whether this chart names the marks; the ones below it only repeat the line. */
  readonly named: boolean;
}

/** Draws what was broken and healed on the time axis: a tint while something is broken, a line per event. */
export function faultMarks(source: () => MarkSource): uPlot.Plugin {
  return {
    hooks: {
      drawAxes: (chart) => drawBands(chart, source()),
      draw: (chart) => drawLines(chart, source()),
    },
  };
}

function drawBands(chart: uPlot, { marks, palette }: MarkSource): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.fillStyle = palette.band;
  for (const [from, to] of brokenSpans(marks, (chart.scales.x?.max ?? 0) * 1000)) {
    const left = Math.max(bbox.left, chart.valToPos(from / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(to / 1000, 'x', true));
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** From each break to the heal of the same target, or to the right edge while it is still broken. */
export function brokenSpans(marks: readonly Mark[], now: number): [number, number][] {
  const open = new Map<string, number>();
  const spans: [number, number][] = [];
  for (const mark of marks) {
    const key = mark.target ?? '';
    if (mark.kind === 'break' && !open.has(key)) open.set(key, mark.at);
    const since = open.get(key);
    if (mark.kind === 'heal' && since !== undefined) {
      spans.push([since, mark.at]);
      open.delete(key);
    }
  }
  for (const since of open.values()) spans.push([since, now]);
  return spans;
}

function drawLines(chart: uPlot, { marks, palette, named }: MarkSource): void {
  const { ctx, bbox } = chart;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = scale;
  ctx.font = `500 ${11 * scale}px "Inter Variable", system-ui, sans-serif`;
  ctx.textBaseline = 'top';
  const taken: Taken = rows.map(() => []);
  for (const mark of marks) {
    const x = Math.round(chart.valToPos(mark.at / 1000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = palette.mark[mark.kind];
    ctx.setLineDash(mark.kind === 'heal' ? [2 * scale, 3 * scale] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (named) nameMark(chart, mark, x, palette, taken);
  }
  ctx.restore();
}

const rows = [0, 1, 2, 3];
const rowHeight = 13;
/** Per row, the stretches where a name stands already. */
type Taken = [from: number, to: number][][];

/** Writes the mark's name beside its line, in the first row where it covers no other; else not at all. */
function nameMark({ ctx, bbox }: uPlot, mark: Mark, x: number, palette: Palette, taken: Taken): void {
  const scale = devicePixelRatio;
  const width = ctx.measureText(mark.text).width + 8 * scale;
  const from = x + width > bbox.left + bbox.width ? x - width : x;
  const row = taken.findIndex((stretches) => stretches.every(([a, b]) => from + width < a || from > b));
  if (row === -1) return;
  taken[row]?.push([from, from + width]);
  ctx.fillStyle = palette.mark[mark.kind];
  ctx.textAlign = 'left';
  ctx.fillText(mark.text, from + 4 * scale, bbox.top + (2 + row * rowHeight) * scale);
}
