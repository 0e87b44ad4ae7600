import { z } from 'zod';
import type { Quality } from './quality.ts';
import type { Reply } from './shop-client.ts';

/** The parts of an answer that tell how good it was. */
const answer = z.object({
  id: z.string().optional(),
  total: z.number().optional(),
  code: z.string().optional(),
  recommendations: z
    .object({ source: z.enum(['live', 'cached', 'default', 'disabled']), ageMs: z.number().optional() })
    .optional(),
  source: z.enum(['live', 'cached', 'default', 'disabled']).optional(),
});

export interface OrderResult {
  readonly outcome: Quality;
  readonly status: number;
  readonly id: string | null;
  readonly ageMs: number | null;
  readonly total: number | null;
  readonly code: string | null;
}

const nothing = { id: null, ageMs: null, total: null };

/** Whether the header gives seconds to wait; without them every customer would come back at once. */
const saysWhenToComeBack = (retryAfter: string | undefined): boolean => /^[1-9]\d*$/.test(retryAfter ?? '');

function qualityOf(status: number, body: z.infer<typeof answer>, retryAfter?: string): Quality {
  if (status === 202) return 'pending';
  if (status === 200 || status === 201) return body.recommendations?.source ?? body.source ?? 'failed';
  if (status === 409 || status === 422) return 'rejected';
  return (status === 503 || status === 429) && saysWhenToComeBack(retryAfter) ? 'refused' : 'failed';
}

/** What a reply means to the customer. An answer that can't be read is a failure, whatever its status. */
export function classifyReply(reply: Reply): OrderResult {
  if (reply.kind !== 'answer') return { outcome: 'failed', status: 0, code: reply.code, ...nothing };
  const { status } = reply;
  const body = answer.safeParse(reply.body);
  if (!body.success) return { outcome: 'failed', status, code: 'unreadable-answer', ...nothing };
  const { id = null, total = null, code = null, recommendations } = body.data;
  return {
    outcome: qualityOf(status, body.data, reply.retryAfter),
    status,
    id,
    total,
    code,
    ageMs: recommendations?.ageMs ?? null,
  };
}
