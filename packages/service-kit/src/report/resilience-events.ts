import { z } from 'zod';
import { breakerState } from './policy-reports.ts';

export const answerSource = z.enum(['live', 'cached', 'default', 'disabled']);

export const outcomeKind = z.enum(['success', 'failure', 'timeout', 'rejected', 'cancelled']);

const origin = {
  dependency: z.string(),
  at: z.number().describe("The clock's milliseconds when it happened"),
  context: z.unknown().optional().describe('What the caller gave with the call'),
};

/** A decision of a dependency, as JSON: what is undefined is left out. */
export const resilienceEvent = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('attempt'),
      attempt: z.number(),
      durationMs: z.number(),
      outcome: outcomeKind,
      errorCode: z.string().optional(),
      cause: z.unknown().optional(),
      ...origin,
    }),
    z.object({
      type: z.literal('retry'),
      attempt: z.number(),
      delayMs: z.number(),
      reason: z.string(),
      cause: z.unknown().optional(),
      ...origin,
    }),
    z.object({
      type: z.literal('retry.rejected'),
      attempt: z.number(),
      reason: z.enum(['attempts', 'not-idempotent', 'do-not-retry', 'busy', 'deadline', 'budget']),
      ...origin,
    }),
    z.object({ type: z.literal('hedge'), attempt: z.number(), delayMs: z.number(), ...origin }),
    z.object({ type: z.literal('queued'), waitMs: z.number(), ...origin }),
    z.object({ type: z.literal('rejected'), policy: z.string(), code: z.string(), ...origin }),
    z.object({ type: z.literal('abandoned'), attempt: z.number(), forMs: z.number(), ...origin }),
    z.object({ type: z.literal('abandoned.released'), attempt: z.number(), forMs: z.number(), ...origin }),
    z.object({
      type: z.literal('stream.failed'),
      attempt: z.number(),
      forMs: z.number(),
      errorCode: z.string(),
      cause: z.unknown().optional(),
      ...origin,
    }),
    z.object({
      type: z.literal('breaker.transition'),
      from: breakerState,
      to: breakerState,
      reason: z.string(),
      ...origin,
    }),
    z.object({
      type: z.literal('fallback'),
      source: answerSource,
      ageMs: z.number().optional(),
      errorCode: z.string(),
      cause: z.unknown().optional(),
      ...origin,
    }),
    z.object({
      type: z.literal('call.end'),
      durationMs: z.number(),
      outcome: outcomeKind,
      source: answerSource.optional(),
      attempts: z.number(),
      cause: z.unknown().optional(),
      ...origin,
    }),
  ])
  .meta({ id: 'ResilienceEvent', description: 'A decision of a dependency, in the order it took them.' });

export type ResilienceEventReport = z.output<typeof resilienceEvent>;
