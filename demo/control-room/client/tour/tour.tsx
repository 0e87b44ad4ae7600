import { useEffect, useState } from 'react';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import type { Tab } from '../panels/side-panel.tsx';
import { showNotice } from '../shell/notice.tsx';
import { steps, type TourStep } from './steps.ts';

interface Props {
  onTab: (tab: Tab) => void;
  onClose: () => void;
}

/** Five steps for someone who has never seen the page. It lies above the page, so nothing moves. */
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
        {step.action && <ActionButton key={step.title} action={step.action} />}
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

function ActionButton({ action }: { action: NonNullable<TourStep['action']> }) {
  return (
    <button type="button" className="button kill" onClick={async () => showNotice(await action.run())}>
      {action.label}
    </button>
  );
}

/** True from the first moment it was seen until the next step. */
function useSeen(step: TourStep): boolean {
  const frame = useLive((state) => state.frame);
  const [seenStep, setSeenStep] = useState<TourStep | null>(null);
  const isNow = frame !== null && step.seen.when(frame);
  useEffect(() => {
    if (isNow) setSeenStep(step);
  }, [isNow, step]);
  return seenStep === step;
}
