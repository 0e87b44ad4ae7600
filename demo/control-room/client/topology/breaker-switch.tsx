import type { BreakerState } from '../../../stage/picture.ts';

interface Props {
  state: BreakerState | null;
  x: number;
  y: number;
  length: number;
}

/** The breaker drawn as a switch: a lever between two terminals, lifted while it is open. */
export function BreakerSwitch({ state, x, y, length }: Props) {
  return (
    <g className="breaker" data-state={state ?? 'unknown'} transform={`translate(${x} ${y})`}>
      <rect className="breaker-gap" x={0} y={-4} width={length} height={8} />
      <line className="breaker-lever" x1={0} y1={0} x2={length} y2={0} />
      <circle className="breaker-terminal" cx={0} cy={0} r={4} />
      <circle className="breaker-terminal" cx={length} cy={0} r={4} />
    </g>
  );
}
