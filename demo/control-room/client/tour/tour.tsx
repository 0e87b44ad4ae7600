import { useEffect, useState } from 'react';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import type { Tab } from '../panels/side-panel.tsx';
import { tell } from '../shell/notice.tsx';
import { steps, type TourStep } from './steps.ts';

interface Props {
  onTab: (tab: Tab) => void;
  onClose: () => void;
}

/** Five steps for someone who has never seen the page. It floats; nothing of the page moves. */
export function Tour({ onTab, onClose }: Props) {
  const [index, setIndex] = useState(0);
  const step = steps[index] ?? (steps[0] as TourStep);
  const seen = useSeen(step);

  useEffect(() => {
    if (step.tab) onTab(step.tab);
    const target = document.querySelector<HTMLElement>(`[data-tour="${step.at}"]`);
    target?.classList.add('toured');
    target?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    return () => target?.classList.remove('toured');
  }, [step, onTab]);

  const close = () => {
    void actions.restoreSwitches();
    onClose();
  };

  return (
    <aside className="tour" aria-label="Guided tour">
      <p className="quiet">
        {index + 1} of {steps.length}
      </p>
      <h2>{step.title}</h2>
      <p>{step.look}</p>
      <p className="why">{step.why}</p>
      <p className="seen" data-seen={seen} aria-live="polite">
        {seen ? '✓' : '○'} {step.seen.says}
      </p>
      <div className="chips">
        {step.deed && <Deed key={step.title} deed={step.deed} />}
        <span className="spring" />
        <button type="button" className="button" onClick={close}>
          {index === steps.length - 1 ? 'Done' : 'Leave'}
        </button>
        {index > 0 && (
          <button type="button" className="button" onClick={() => setIndex(index - 1)}>
            Back
          </button>
        )}
        {index < steps.length - 1 && (
          <button type="button" className="button primary" onClick={() => setIndex(index + 1)}>
            Next
          </button>
        )}
      </div>
    </aside>
  );
}

function Deed({ deed }: { deed: NonNullable<TourStep['deed']> }) {
  return (
    <button type="button" className="button kill" onClick={async () => tell(await deed.run())}>
      {deed.label}
    </button>
  );
}

/** True from the moment it could be seen until the next step: what was seen stays seen. */
function useSeen(step: TourStep): boolean {
  const frame = useLive((state) => state.frame);
  const [seenStep, setSeenStep] = useState<TourStep | null>(null);
  const isNow = frame !== null && step.seen.when(frame);
  useEffect(() => {
    if (isNow) setSeenStep(step);
  }, [isNow, step]);
  return seenStep === step;
}
