import { z } from 'zod';
import type { Reply } from './shop-client.ts';
import type { Outcome } from './stats.ts';

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

export interface Verdict {
  readonly outcome: Outcome;
  readonly status: number;
  readonly id: string | null;
  readonly ageMs: number | null;
  readonly total: number | null;
  readonly code: string | null;
}

const nothing = { id: null, ageMs: null, total: null };

/** Seconds to wait; a refusal that does not say them sends everybody back at once. */
const isInvitation = (retryAfter: string | undefined): boolean => /^[1-9]\d*$/.test(retryAfter ?? '');

function outcomeOf(status: number, body: z.infer<typeof answer>, retryAfter?: string): Outcome {
  if (status === 202) return 'pending';
  if (status === 200 || status === 201) return body.recommendations?.source ?? body.source ?? 'failed';
  if (status === 409 || status === 422) return 'rejected';
  return (status === 503 || status === 429) && isInvitation(retryAfter) ? 'refused' : 'failed';
}

/** How a customer would tell of it. An answer that makes no sense is a failure, whatever its status says. */
export function judge(reply: Reply): Verdict {
  if (reply.kind !== 'answer') return { outcome: 'failed', status: 0, code: reply.code, ...nothing };
  const { status } = reply;
  const body = answer.safeParse(reply.body);
  if (!body.success) return { outcome: 'failed', status, code: 'unreadable-answer', ...nothing };
  const { id = null, total = null, code = null, recommendations } = body.data;
  return {
    outcome: outcomeOf(status, body.data, reply.retryAfter),
    status,
    id,
    total,
    code,
    ageMs: recommendations?.ageMs ?? null,
  };
}
