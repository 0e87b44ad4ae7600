import type { CheckResult } from '../../../scenarios/check-result.ts';
import type { ScenarioCard, ScenarioRun } from '../../protocol.ts';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { showNotice } from '../shell/notice.tsx';
import { useNow } from './use-now.ts';
import { checkText, verdictText } from './verdict-text.ts';

/** The declared failures: each can be run, and ends with a verdict. */
export function Scenarios() {
  const cards = useLive((state) => state.hello?.scenarios ?? none);
  const run = useLive((state) => state.frame?.scenario ?? null);
  return (
    <div className="scenarios">
      {run && <Run run={run} />}
      <ul>
        {cards.map((card) => (
          <Card key={card.name} card={card} isBusy={run?.state === 'running'} />
        ))}
      </ul>
    </div>
  );
}

const none: readonly ScenarioCard[] = [];

function Card({ card, isBusy }: { card: ScenarioCard; isBusy: boolean }) {
  const start = async (variant: 'protected' | 'naive') =>
    showNotice(await actions.runScenario(card.name, variant));
  return (
    <li className="scenario" data-scenario={card.name}>
      <p>
        <b>{card.title}</b> <span className="quiet">{Math.round(card.durationMs / 1000)} s</span>
      </p>
      <p className="quiet">{card.unavailable ?? card.breaks}</p>
      <div className="chips">
        <button
          type="button"
          className="button"
          disabled={isBusy || card.unavailable !== null}
          onClick={() => start('protected')}
        >
          Run
        </button>
        <button
          type="button"
          className="button fault"
          title={card.naive}
          disabled={isBusy || card.unavailable !== null}
          onClick={() => start('naive')}
        >
          Run without protection
        </button>
      </div>
    </li>
  );
}

function Run({ run }: { run: ScenarioRun }) {
  const now = useNow();
  const done = run.state === 'running' ? Math.min(1, Math.max(0, (now - run.startedAt) / run.durationMs)) : 1;
  return (
    <section className="run" data-state={run.state} data-verdict={run.verdict ?? 'none'} aria-live="polite">
      <p>
        <b>{run.title}</b>{' '}
        {run.variant === 'naive' && (
          <span className="chip" data-quality="failed">
            without protection
          </span>
        )}
      </p>
      <p className="quiet">{run.state === 'running' ? run.step : verdictText(run)}</p>
      <div className="progress">
        <i style={{ transform: `scaleX(${done})` }} />
      </div>
      <ul className="checks">
        {run.checks.map((check) => (
          <Check key={check.says} check={check} variant={run.variant} />
        ))}
      </ul>
      <div className="chips">
        {run.state === 'running' && (
          <button
            type="button"
            className="button"
            onClick={async () => showNotice(await actions.stopScenario())}
          >
            Stop
          </button>
        )}
        {run.picture && (
          <a className="button" href={run.picture} target="_blank" rel="noreferrer">
            Picture
          </a>
        )}
      </div>
    </section>
  );
}

function Check({ check, variant }: { check: CheckResult; variant: ScenarioRun['variant'] }) {
  return (
    <li data-holds={check.holds ?? 'open'} data-declared={check.isAsDeclared ?? 'open'}>
      <span>{check.says}</span>
      <b>{check.measured}</b>
      <small>{checkText(check, variant)}</small>
    </li>
  );
}
