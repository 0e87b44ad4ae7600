import { longestTimerMs } from '../primitives/options.ts';

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const time = '(\\d{2}):(\\d{2}):(\\d{2})';
/** The three forms of RFC 9110, 5.6.7: that of today, that of RFC 850, and that of C's asctime. */
const today = new RegExp(`^[A-Z][a-z]{2}, (\\d{2}) (${months}) (\\d{4}) ${time} GMT$`);
const rfc850 = new RegExp(`^[A-Z][a-z]{5,8}, (\\d{2})-(${months})-(\\d{2}) ${time} GMT$`);
const asctime = new RegExp(`^[A-Z][a-z]{2} (${months}) ([ \\d]\\d) ${time} (\\d{4})$`);

/**
 * What a Retry-After header asks for, in ms from now: seconds or a date (RFC 9110, 10.2.3). Undefined for everything
 * else, since a guess would be a retry at the wrong time; at most as long as a timer can be.
 *
 * @example parseRetryAfter('120') // 120_000
 */
export function parseRetryAfter(header: string | null | undefined, nowMs = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestTimerMs);
  const atMs = dateOf(text, nowMs);
  return atMs === undefined ? undefined : Math.min(Math.max(0, atMs - nowMs), longestTimerMs);
}

function dateOf(text: string, nowMs: number): number | undefined {
  const modern = today.exec(text);
  if (modern) return timeOf(Number(modern[3]), modern[2], modern[1], modern.slice(4));
  const old = rfc850.exec(text);
  if (old) return timeOf(fullYear(Number(old[3]), nowMs), old[2], old[1], old.slice(4));
  const c = asctime.exec(text);
  return c ? timeOf(Number(c[6]), c[1], c[2], c.slice(3, 6)) : undefined;
}

function timeOf(
  year: number,
  month: string | undefined,
  day: string | undefined,
  [hours, minutes, seconds]: string[],
): number | undefined {
  const monthIndex = months.split('|').indexOf(month ?? '');
  const at = new Date(
    Date.UTC(year, monthIndex, Number(day), Number(hours), Number(minutes), Number(seconds)),
  );
  // The 31st of February is no date, though JavaScript finds one.
  return at.getUTCDate() === Number(day) && Number(hours) < 24 && Number(minutes) < 60
    ? at.getTime()
    : undefined;
}

/** Two digits that would lie more than 50 years ahead are of the century before (RFC 9110, 5.6.7). */
function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
