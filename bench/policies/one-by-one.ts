import { ballast, nothing, type Subject } from './libraries.ts';

const on = { enabled: true };
const only = (policy: object) => (): Subject => ballast(async (input) => input, { ...nothing, ...policy });

/** What does each protection add? */
export const subjects = {
  'everything off': only({}),
  deadline: only({ deadline: on }),
  'rate limit': only({ rateLimit: { perSecond: 1e9, burst: 1e9 } }),
  bulkhead: only({ bulkhead: on }),
  'adaptive bulkhead': only({ bulkhead: on, adaptive: { initialLimit: 200, minLimit: 200 } }),
  'retry and budget': only({ retry: on }),
  throttle: only({ throttle: on }),
  breaker: only({ breaker: on }),
  'attempt timeout': only({ timeout: on }),
  hedge: only({ hedge: on }),
  'standard policy': () => ballast(async (input) => input),
};
