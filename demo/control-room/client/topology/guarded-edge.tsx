import type { EdgePicture } from '../../../stage/picture.ts';
import { duration, missing, percent, rate } from '../format.ts';
import { BreakerSwitch } from './breaker-switch.tsx';
import { BulkheadTube } from './bulkhead-tube.tsx';
import { Flow } from './flow.tsx';
import { feederLength, type Line } from './geometry.ts';

interface Props {
  edge: EdgePicture;
  line: Line;
}

/** One feeder of the diagram: switch, pipe, and the numbers of its calls. */
export function GuardedEdge({ edge, line: [x1, y, x2] }: Props) {
  const isNarrow = x2 - x1 < 240;
  const end = x1 + feederLength[isNarrow ? 'narrow' : 'wide'];
  const switchX = x1 + (isNarrow ? 12 : 26);
  const switchLength = isNarrow ? 22 : 34;
  const tubeX = x1 + (isNarrow ? 50 : 112);
  const tubeWidth = isNarrow ? 84 : 132;
  return (
    <g
      className="edge"
      data-edge={edge.id}
      data-state={edge.breaker ?? 'unknown'}
      data-required={edge.required}
    >
      <path className="edge-line" d={`M${x1} ${y}H${x2}`} />
      <Flow edge={edge} d={`M${x1} ${y}H${x2}`} />
      <BulkheadTube bulkhead={edge.bulkhead} x={tubeX} y={y} width={tubeWidth} />
      <BreakerSwitch state={edge.breaker} x={switchX} y={y} length={switchLength} />
      <text className="edge-rate" x={isNarrow ? tubeX : switchX - 6} y={y - (isNarrow ? 16 : 22)}>
        {rate(edge.callsPerSecond)}
        {edge.callsPerSecond !== null && <tspan className="edge-unit">/s</tspan>}
        <tspan className="edge-p99" dx={isNarrow ? 6 : 12}>
          p99 {duration(edge.p99Ms)}
        </tspan>
      </text>
      <text className="edge-breaker" x={isNarrow ? x1 + 4 : switchX - 6} y={y + 24}>
        {breakerText(edge)}
      </text>
      {!isNarrow && <WideNumbers edge={edge} x={tubeX} end={end} y={y} />}
      {isNarrow && (
        <text className="edge-small" x={tubeX + 18} y={y + 24}>
          {bulkheadText(edge)}
        </text>
      )}
    </g>
  );
}

function WideNumbers({ edge, x, end, y }: { edge: EdgePicture; x: number; end: number; y: number }) {
  const budget = edge.retryBudget;
  const left = budget && budget.capacity > 0 ? Math.min(1, budget.available / budget.capacity) : 0;
  return (
    <>
      <text className="edge-small" x={x} y={y + 24}>
        in flight {bulkheadText(edge)}
      </text>
      <text className="edge-small edge-degraded" x={end - 14} y={y - 16} textAnchor="end">
        {edge.degradedShare ? `${percent(edge.degradedShare)} degraded` : ''}
      </text>
      <text className="edge-small" x={end - 66} y={y + 24} textAnchor="end">
        retries
      </text>
      <g
        className="budget"
        transform={`translate(${end - 58} ${y + 17})`}
        data-empty={budget !== null && left < 0.05}
      >
        <rect className="budget-wall" width={44} height={6} rx={3} />
        <rect className="budget-fill" width={44} height={6} rx={3} style={{ transform: `scaleX(${left})` }} />
      </g>
    </>
  );
}

function bulkheadText({ bulkhead }: EdgePicture): string {
  if (!bulkhead) return missing;
  const queue = bulkhead.queued > 0 ? ` +${bulkhead.queued}` : '';
  return `${bulkhead.inFlight}/${bulkhead.limit}${queue}`;
}

function breakerText({ breaker, retryInMs }: EdgePicture): string {
  if (breaker === null) return missing;
  if (breaker === 'open' && retryInMs !== null) return `open ${Math.ceil(retryInMs / 1000)} s`;
  return breaker === 'off' ? 'no breaker' : breaker;
}
