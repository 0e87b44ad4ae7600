import { useState } from 'react';
import type { ActiveFault, FaultName } from '../../../stage/faults.ts';
import type { NodePicture } from '../../../stage/picture.ts';
import type { SupervisedName } from '../../../topology.ts';
import { actions } from '../live/actions.ts';
import { useLive } from '../live/store.ts';
import { showNotice } from '../shell/notice.tsx';
import { nodeTitle } from '../topology/names.ts';

const breakable: readonly SupervisedName[] = [
  'recommendation',
  'inventory',
  'orders',
  'redis',
  'postgres',
  'postgres-standby',
];

const faults: readonly { fault: FaultName; label: string; means: string }[] = [
  { fault: 'latency', label: 'Slow', means: 'every answer comes late' },
  { fault: 'error', label: 'Errors', means: 'every answer is a 500' },
  { fault: 'hang', label: 'Hang', means: 'accepts connections, never answers' },
  { fault: 'garbage', label: 'Garbage', means: 'answers nonsense with 200' },
  { fault: 'down', label: 'Down', means: 'closes every connection' },
];

const durations = [10, 20, 60] as const;

/** One row per part of the system, one button per fault. Every fault ends by itself. */
export function BreakIt({ selected }: { selected: string | null }) {
  const nodes = useLive((state) => state.frame?.nodes ?? none);
  const active = useLive((state) => state.frame?.faults ?? noFaults);
  const [seconds, setSeconds] = useState<number>(20);
  // Only the standby may be missing from the topology; before the first frame the others are shown all the same.
  const isThere = (name: SupervisedName) =>
    name !== 'postgres-standby' || nodes.some((node) => node.name === name);
  return (
    <div className="break-it">
      <fieldset className="choice">
        <legend>Faults last</legend>
        {durations.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name="fault-seconds"
              checked={seconds === choice}
              onChange={() => setSeconds(choice)}
            />
            <span>{choice} s</span>
          </label>
        ))}
      </fieldset>
      {breakable.filter(isThere).map((name) => (
        <BreakRow
          key={name}
          name={name}
          node={nodes.find((node) => node.name === name)}
          active={active.filter((fault) => fault.target === name)}
          forMs={seconds * 1000}
          isSelected={selected === name}
        />
      ))}
    </div>
  );
}

const none: readonly NodePicture[] = [];
const noFaults: readonly ActiveFault[] = [];

interface RowProps {
  name: SupervisedName;
  node: NodePicture | undefined;
  active: readonly ActiveFault[];
  forMs: number;
  isSelected: boolean;
}

function BreakRow({ name, node, active, forMs, isSelected }: RowProps) {
  const activeOf = (fault: string) => active.find((one) => one.fault === fault);
  const isDown = node?.health === 'down';
  const toggle = (fault: FaultName) =>
    run(activeOf(fault) ? actions.heal(name) : actions.fault(name, fault, forMs));
  const stall = activeOf('stall');
  return (
    <div
      className="break-row"
      data-target={name}
      data-selected={isSelected}
      data-health={node?.health ?? 'unknown'}
    >
      <p>
        <b>{nodeTitle[name]}</b> <span className="quiet">{node?.note ?? node?.health ?? ''}</span>
      </p>
      <div className="chips">
        <StartOrKill name={name} node={node} />
        {node?.canFault &&
          faults.map(({ fault, label, means }) => (
            <button
              key={fault}
              type="button"
              className="button fault"
              title={means}
              aria-pressed={activeOf(fault) !== undefined}
              disabled={isDown}
              onClick={() => toggle(fault)}
            >
              {label}
            </button>
          ))}
        <button
          type="button"
          className="button fault"
          title="the process is stopped: it accepts connections and does not answer"
          aria-pressed={stall !== undefined}
          disabled={isDown || !node?.canStall}
          onClick={() => run(stall ? actions.resume(name) : actions.stall(name, forMs))}
        >
          Stall
        </button>
        {node?.canFailOver && (
          <button
            type="button"
            className="button kill"
            title="the primary is killed, and the standby takes over"
            onClick={() => run(actions.failOver(name))}
          >
            Fail over
          </button>
        )}
      </div>
    </div>
  );
}

function StartOrKill({ name, node }: Pick<RowProps, 'name' | 'node'>) {
  const [what, label, canDo] =
    node?.health === 'down'
      ? (['start', 'Start', node.canStart] as const)
      : (['kill', 'Kill', node?.canKill ?? false] as const);
  return (
    <button
      type="button"
      className={`button ${what}`}
      disabled={!canDo}
      onClick={() => run(actions[what](name))}
    >
      {label}
    </button>
  );
}

async function run(action: Promise<string | null>): Promise<void> {
  showNotice(await action);
}
