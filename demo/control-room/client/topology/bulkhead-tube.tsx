import type { EdgePicture } from '../../../stage/picture.ts';

interface Props {
  bulkhead: EdgePicture['bulkhead'];
  x: number;
  y: number;
  width: number;
}

const height = 14;

/** The bulkhead drawn as a pipe: filled by calls in flight, red when it is nearly full. */
export function BulkheadTube({ bulkhead, x, y, width }: Props) {
  const fill = bulkhead && bulkhead.limit > 0 ? Math.min(1, bulkhead.inFlight / bulkhead.limit) : 0;
  return (
    <g className="tube" data-full={fill >= 0.9 || undefined} transform={`translate(${x} ${y - height / 2})`}>
      <rect className="tube-wall" width={width} height={height} rx={height / 2} />
      {/* Scaled, not resized: a transform is animated without laying anything out. */}
      <rect
        className="tube-fill"
        x={2}
        y={2}
        width={width - 4}
        height={height - 4}
        rx={(height - 4) / 2}
        style={{ transform: `scaleX(${fill})` }}
      />
    </g>
  );
}
