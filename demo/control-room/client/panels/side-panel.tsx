import type { KeyboardEvent } from 'react';
import { BreakIt } from './break-it.tsx';
import { ProtectIt } from './protect-it.tsx';
import { Scenarios } from './scenarios.tsx';

export const tabs = ['break', 'protect', 'scenarios'] as const;
export type Tab = (typeof tabs)[number];

const tabTitle: Record<Tab, string> = { break: 'Break it', protect: 'Protect it', scenarios: 'Scenarios' };

interface Props {
  tab: Tab;
  onTab: (tab: Tab) => void;
  selected: string | null;
}

export function SidePanel({ tab, onTab, selected }: Props) {
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] ?? tab;
    onTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <section className="panel side" data-tour="side" aria-label="Controls">
      <div className="tabs" role="tablist" onKeyDown={onKey}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="tab-panel"
            tabIndex={tab === name ? 0 : -1}
            onClick={() => onTab(name)}
          >
            {tabTitle[name]}
          </button>
        ))}
      </div>
      <div className="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'break' && <BreakIt selected={selected} />}
        {tab === 'protect' && <ProtectIt />}
        {tab === 'scenarios' && <Scenarios />}
      </div>
    </section>
  );
}
