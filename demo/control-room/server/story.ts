import { z } from 'zod';
import type { OrderStory } from '../protocol.ts';

const told = z.looseObject({
  traceId: z.string().nullish(),
  events: z.array(z.looseObject({ type: z.string(), dependency: z.string(), atMs: z.number() })),
});

const answerWithinMs = 2000;

/** The decisions behind one order; null when orders no longer has them or does not answer in time. */
export async function loadStory(ordersUrl: string, id: string): Promise<OrderStory | null> {
  const response = await fetch(`${ordersUrl}/v1/orders/${id}/story`, {
    signal: AbortSignal.timeout(answerWithinMs),
    redirect: 'error',
  }).catch(() => undefined);
  const story = told.safeParse(response?.ok ? await response.json().catch(() => undefined) : undefined);
  if (!story.success) return null;
  const { events, traceId } = story.data;
  return { id, traceId: traceId ?? null, events };
}
