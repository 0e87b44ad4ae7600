import { protectionFlag, protectionNames } from '@ballast/service-kit/protections';
import { featureFlags } from '../../../stage/switch-names.ts';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { showNotice } from '../shell/notice.tsx';
import { featureTexts, protectionTexts, type SwitchText } from './switch-texts.ts';

/** Every protection as a switch: the same fault, with and without. */
export function ProtectIt() {
  const switches = useLive((state) => state.frame?.switches ?? none);
  const problem = useLive((state) => state.frame?.switchProblem ?? null);
  const isAnyOff = Object.values(switches).includes(false);
  return (
    <div className="protect-it">
      {problem && (
        <p className="problem">The flags file can’t be read; the last good state stays in force. {problem}</p>
      )}
      {protectionNames.map((name) => {
        const flag = protectionFlag(name);
        return <Switch key={name} flag={flag} text={protectionTexts[name]} isOn={switches[flag]} />;
      })}
      <h3>
        Features that no order needs
        <button
          type="button"
          className="button"
          disabled={!isAnyOff}
          onClick={async () => showNotice(await actions.restoreSwitches())}
        >
          Everything on
        </button>
      </h3>
      {featureFlags.map((flag) => (
        <Switch key={flag} flag={flag} text={featureTexts[flag]} isOn={switches[flag]} />
      ))}
    </div>
  );
}

const none: Readonly<Record<string, boolean>> = {};

interface SwitchProps {
  flag: string;
  text: SwitchText;
  isOn: boolean | undefined;
}

function Switch({ flag, text: { name, hint }, isOn }: SwitchProps) {
  return (
    <label className="switch" data-flag={flag} data-off={isOn === false}>
      <input
        type="checkbox"
        role="switch"
        checked={isOn ?? true}
        aria-checked={isOn ?? true}
        disabled={isOn === undefined}
        onChange={async (event) => showNotice(await actions.setSwitch(flag, event.currentTarget.checked))}
      />
      <span>
        <b>{name}</b>
        <small>{hint}</small>
      </span>
    </label>
  );
}
