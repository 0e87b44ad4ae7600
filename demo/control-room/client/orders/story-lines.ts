import type { ErrorCode, ResilienceEvent, RetryRejection } from '@ballast/resilience';
import type { StoryEvent } from '../../protocol.ts';
import { duration } from '../format.ts';

export type Tone = 'good' | 'degraded' | 'bad' | 'neutral';

/** One line of the waterfall: what was decided, when, and how long it took. */
export interface StoryLine {
  readonly dependency: string;
  readonly text: string;
  readonly tone: Tone;
  readonly startMs: number;
  readonly endMs: number;
}

type Line = { readonly text: string; readonly tone: Tone };
/** What each kind of event of @ballast/resilience says; kinds that are not listed are left out. */
type Readers = {
  readonly [Type in ResilienceEvent['type']]?: (event: StoryEvent) => Line | null;
};

const num = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const word = (value: unknown): string => (typeof value === 'string' ? value : '');
/** The text for a key that came from outside, if there is one. */
const textOf = (texts: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(texts, key) ? texts[key] : undefined;

const noRetry: Readonly<Record<RetryRejection, string>> = {
  budget: 'no retry: the budget is empty',
  deadline: 'no retry: the deadline is too near',
  'not-idempotent': 'no retry: not safe to repeat',
  'do-not-retry': 'no retry: the answer forbids it',
  busy: 'no retry: it is busy and does not say until when',
  attempts: 'no retry: attempts used up',
};

const rejections: Readonly<Partial<Record<ErrorCode, string>>> = {
  E_BREAKER_OPEN: 'not called: the breaker is open',
  E_BULKHEAD_FULL: 'not called: the bulkhead is full',
  E_RATE_LIMITED: 'not called: the rate limit is reached',
  E_THROTTLED: 'not called: throttled, because most calls are rejected',
  E_DEADLINE: 'stopped: the deadline has passed',
};

const readers: Readers = {
  attempt: (event) => {
    const took = duration(num(event.durationMs));
    const which = `attempt ${num(event.attempt) ?? 1}`;
    if (event.outcome === 'success') return { text: `${which} answered in ${took}`, tone: 'good' };
    if (event.outcome === 'timeout') return { text: `${which} timed out at ${took}`, tone: 'bad' };
    if (event.outcome === 'cancelled') return { text: `${which} cancelled after ${took}`, tone: 'neutral' };
    return { text: `${which} failed in ${took}${reason(event)}`, tone: 'bad' };
  },
  retry: (event) => ({ text: `retry after ${duration(num(event.delayMs))}`, tone: 'neutral' }),
  'retry.rejected': (event) => ({
    text: textOf(noRetry, word(event.reason)) ?? 'no retry',
    tone: 'neutral',
  }),
  rejected: (event) => ({
    text: textOf(rejections, word(event.code)) ?? `rejected by ${word(event.policy)}`,
    tone: 'degraded',
  }),
  'breaker.transition': (event) => ({
    text: `breaker ${word(event.from)} → ${word(event.to)}`,
    tone: event.to === 'closed' ? 'good' : 'degraded',
  }),
  fallback: (event) => ({ text: fallbackText(event), tone: 'degraded' }),
  // After a single good attempt the end of the call adds nothing.
  'call.end': (event) =>
    event.source === 'live' && event.attempts !== 1
      ? { text: `live in ${duration(num(event.durationMs))}`, tone: 'good' }
      : null,
};

const reason = (event: StoryEvent): string =>
  word(event.errorCode ?? event.code) ? `: ${word(event.errorCode ?? event.code)}` : '';

function fallbackText(event: StoryEvent): string {
  const age = num(event.ageMs);
  if (event.source === 'cached')
    return age === undefined ? 'served from cache' : `served from cache, ${duration(age)} old`;
  if (event.source === 'disabled') return 'switched off: answered without a call';
  return 'default answer served';
}

/** The story as lines, in the order in which things began. */
export function storyLines(events: readonly StoryEvent[]): StoryLine[] {
  const lines = events.flatMap((event) => {
    const line = Object.hasOwn(readers, event.type)
      ? readers[event.type as ResilienceEvent['type']]?.(event)
      : null;
    if (!line) return [];
    const took = event.type === 'attempt' || event.type === 'call.end' ? (num(event.durationMs) ?? 0) : 0;
    return [{ ...line, dependency: event.dependency, startMs: event.atMs - took, endMs: event.atMs }];
  });
  return lines.sort((a, b) => a.startMs - b.startMs);
}
