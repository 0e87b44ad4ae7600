import { z } from 'zod';
import { RefusedError } from '../../stage/refused-error.ts';
import type { OrderStory } from '../protocol.ts';

const told = z.looseObject({
  traceId: z.string().nullish(),
  events: z.array(z.looseObject({ type: z.string(), dependency: z.string(), atMs: z.number() })),
});

const answerWithinMs = 2_000;

/** The decisions behind one order, as orders remembers them. */
export async function loadStory(ordersUrl: string, id: string): Promise<OrderStory> {
  const response = await fetch(`${ordersUrl}/v1/orders/${id}/story`, {
    signal: AbortSignal.timeout(answerWithinMs),
    redirect: 'error',
  }).catch(() => undefined);
  if (!response) throw new RefusedError(502, 'no-answer', 'orders does not answer');
  const story = told.safeParse(await response.json().catch(() => undefined));
  if (!response.ok || !story.success)
    throw new RefusedError(404, 'unknown-story', 'Orders does not remember this one');
  const { events, traceId } = story.data;
  return { id, traceId: traceId ?? null, events };
}
