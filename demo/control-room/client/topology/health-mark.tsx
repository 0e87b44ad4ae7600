import type { Health } from '../../../stage/picture.ts';

/** The state as a shape, so that it can be read without colour. */
export function HealthMark({ health, x, y }: { health: Health; x: number; y: number }) {
  return (
    <g className="health-mark" data-health={health} transform={`translate(${x} ${y})`}>
      <path d={shapes[health]} />
    </g>
  );
}

const disc = 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0';

const shapes: Record<Health, string> = {
  up: disc,
  slow: 'M0 -6L6 5H-6Z',
  down: 'M-5 -5L5 5M5 -5L-5 5',
  starting: disc,
  stalled: 'M-3 -5V5M3 -5V5',
  absent: 'M-5 0H5',
  unknown: 'M-5 0H5',
};
