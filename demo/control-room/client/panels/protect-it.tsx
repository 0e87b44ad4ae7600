import { type ProtectionName, protectionNames } from '@ballast/service-kit/protections';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { tell } from '../shell/notice.tsx';

const protections: Record<ProtectionName, { name: string; without: string }> = {
  breaker: { name: 'Circuit breaker', without: 'every call waits for a dead service' },
  bulkhead: { name: 'Bulkhead', without: 'one slow dependency takes all the room' },
  'retry-budget': { name: 'Retry budget', without: 'retries multiply the load' },
  timeouts: { name: 'Attempt timeouts', without: 'a hung call holds on until the deadline' },
  fallback: { name: 'Degraded answers', without: 'an optional error fails the order' },
  cache: { name: 'Cache', without: 'a default instead of the last answer' },
  shedding: { name: 'Load shedding', without: 'all wait in line, and all are late' },
  deadline: { name: 'Deadlines', without: 'work goes on for those who have left' },
};

/** Every protection as a switch: the same fault, with and without. */
export function ProtectIt() {
  const switches = useLive((state) => state.frame?.switches ?? none);
  const problem = useLive((state) => state.frame?.switchProblem ?? null);
  const isAnyOff = Object.values(switches).includes(false);
  return (
    <div className="protect-it">
      {problem && (
        <p className="problem">The flags file can’t be read; what held before holds on. {problem}</p>
      )}
      {protectionNames.map((name) => (
        <Switch
          key={name}
          flag={`protection.${name}`}
          name={protections[name].name}
          hint={`without: ${protections[name].without}`}
          isOn={switches[`protection.${name}`]}
        />
      ))}
      <h3>
        Features nobody needs to sell
        <button
          type="button"
          className="button"
          disabled={!isAnyOff}
          onClick={async () => tell(await actions.restoreSwitches())}
        >
          Everything on
        </button>
      </h3>
      <Switch
        flag="feature.recommendations"
        name="Recommendations"
        hint="off: orders go on without asking"
        isOn={switches['feature.recommendations']}
      />
    </div>
  );
}

const none: Readonly<Record<string, boolean>> = {};

interface SwitchProps {
  flag: string;
  name: string;
  hint: string;
  isOn: boolean | undefined;
}

function Switch({ flag, name, hint, isOn }: SwitchProps) {
  return (
    <label className="switch" data-flag={flag} data-off={isOn === false}>
      <input
        type="checkbox"
        role="switch"
        checked={isOn ?? true}
        aria-checked={isOn ?? true}
        disabled={isOn === undefined}
        onChange={async (event) => tell(await actions.setSwitch(flag, event.currentTarget.checked))}
      />
      <span>
        <b>{name}</b>
        <small>{hint}</small>
      </span>
    </label>
  );
}
