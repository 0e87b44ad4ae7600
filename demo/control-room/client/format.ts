/** Shown in place of a number that is missing; a zero would be a claim. */
export const missing = '–';

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);

/** A rate: one decimal while it is small, none when it is not. */
export const rate = (value: Maybe): string =>
  known(value) ? value.toFixed(value > 0 && value < 10 ? 1 : 0) : missing;

/** A count. */
export const count = (value: Maybe): string => (known(value) ? `${Math.round(value)}` : missing);

/** A duration that stays short: `0.8 ms`, `24 ms`, `1.2 s`, `42 s`, `3 min`. */
export function duration(ms: Maybe): string {
  if (!known(ms)) return missing;
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(1))} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** A share as a percentage; 99.96 % is not rounded to 100 %, so a loss stays visible. */
export function percent(share: Maybe): string {
  if (!known(share)) return missing;
  const value = share * 100;
  if (value > 99 && value < 100) return `${(Math.floor(value * 10) / 10).toFixed(1)} %`;
  if (value > 0 && value < 1) return `${Math.max(0.1, value).toFixed(1)} %`;
  return `${Math.round(value)} %`;
}

/** Euros as a shop shows them. */
export const euros = (value: Maybe): string => (known(value) ? `€${value.toFixed(2)}` : missing);

/** Time of day with seconds, in the reader's zone. */
export const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8);
