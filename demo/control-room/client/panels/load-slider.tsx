import { useEffect, useRef, useState } from 'react';
import { missing } from '../format.ts';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { showNotice } from '../shell/notice.tsx';

const steps = 100;
/** The rate is sent when the slider has rested for this time, not for every value it passes. */
const restMs = 150;

/** Quadratic, so that the low rates, which are used most, take half of the slider. */
const rateAt = (step: number, max: number): number => Math.round(max * (step / steps) ** 2);
const stepAt = (rate: number, max: number): number => Math.round(steps * Math.sqrt(rate / max));

/** Orders per second that customers begin, whether or not earlier ones were answered. */
export function LoadSlider() {
  const max = useLive((state) => state.hello?.maxRate ?? 1000);
  const actual = useLive((state) => state.frame?.targetRate ?? null);
  const [wanted, setWanted] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (wanted !== null && actual === wanted) setWanted(null);
  }, [actual, wanted]);
  const shown = wanted ?? actual;

  const slide = (step: number) => {
    const next = rateAt(step, max);
    setWanted(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      const problem = await actions.setRate(next);
      if (!problem) return;
      showNotice(problem);
      setWanted(null);
    }, restMs);
  };

  return (
    <label className="load" data-tour="load">
      <span>Load</span>
      <input
        type="range"
        min={0}
        max={steps}
        value={shown === null ? 0 : stepAt(shown, max)}
        aria-valuetext={shown === null ? 'unknown' : `${shown} orders per second`}
        onChange={(event) => slide(Number(event.currentTarget.value))}
      />
      <output>
        <b>{shown === null ? missing : shown}</b> orders/s
      </output>
    </label>
  );
}
