import { readFileSync } from 'node:fs';

/**
 * Preloaded into a service: its wall clock is off by as many milliseconds as the file says, now. This covers `Date` in
 * JavaScript; timers, `performance.now` and the clocks of the database and of the machine stay as they are.
 */
const file = process.env.CLOCK_STEP_FILE ?? '';
const lookEveryMs = 50;
const RealDate = Date;
let stepMs = 0;

function look(): void {
  try {
    stepMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    stepMs = 0;
  }
}

const now = (): number => RealDate.now() + stepMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

look();
setInterval(look, lookEveryMs).unref();
