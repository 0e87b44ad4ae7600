import type { ProtectionName } from '../../protocol.ts';
import { protectionNames } from '../../protocol.ts';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { tell } from '../shell/notice.tsx';

const protections: Record<ProtectionName, { name: string; without: string }> = {
  breaker: { name: 'Circuit breaker', without: 'every call waits for a service known to be dead' },
  bulkhead: { name: 'Bulkhead', without: 'one slow dependency takes all the room there is' },
  'retry-budget': { name: 'Retry budget', without: 'retries multiply the load that caused them' },
  timeouts: { name: 'Attempt timeouts', without: 'a hung call holds on until its deadline' },
  fallback: { name: 'Degraded answers', without: 'an optional error becomes the customer’s error' },
  cache: { name: 'Cache', without: 'second best is a default instead of the last good answer' },
  shedding: { name: 'Load shedding', without: 'everyone waits in line, and everyone is late' },
  deadline: { name: 'Deadlines', without: 'work goes on for customers who have left' },
};

/** Every protection as a switch: the same fault, with and without. */
export function ProtectIt() {
  const switches = useLive((state) => state.frame?.switches ?? none);
  const isAnyOff = Object.values(switches).includes(false);
  return (
    <div className="protect-it">
      {protectionNames.map((name) => (
        <Switch
          key={name}
          flag={`protection.${name}`}
          name={protections[name].name}
          hint={`without: ${protections[name].without}`}
          isOn={switches[`protection.${name}`]}
        />
      ))}
      <h3>Features nobody needs to sell</h3>
      <Switch
        flag="feature.recommendations"
        name="Recommendations"
        hint="off: orders go on without asking"
        isOn={switches['feature.recommendations']}
      />
      <button
        type="button"
        className="button wide"
        disabled={!isAnyOff}
        onClick={async () => tell(await actions.restoreSwitches())}
      >
        Everything on again
      </button>
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
