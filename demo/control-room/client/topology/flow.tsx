import type { EdgePicture } from '../../../stage/picture.ts';

/** Calls as moving dots: the more calls a second, the faster; without calls there are no dots. */
export function Flow({ edge, d }: { edge: Pick<EdgePicture, 'callsPerSecond' | 'breaker'>; d: string }) {
  const calls = edge.callsPerSecond ?? 0;
  if (calls <= 0) return null;
  const pace = calls < 3 ? 'slow' : calls < 60 ? 'steady' : 'fast';
  return <path className="flow" data-pace={pace} d={d} />;
}
