import { systemClock as clock } from '@ballast/resilience/primitives';
import { describe, expect, it } from 'vitest';
import { concluded } from './concluded.ts';
import { experiment } from './experiment.ts';
import type { InjectedFault } from './nemesis/nemesis.ts';
import { rollingRestarts } from './nemesis/rolling-restarts.ts';
import { runSchedule } from './nemesis/run-schedule.ts';
import { chaosDefaults } from './run-options.ts';
import type { SystemUnderTest } from './system/system-under-test.ts';

const { portBase } = chaosDefaults;
const silently = () => {};

describe('the real system', () => {
  it('keeps every invariant through half a minute of faults of every class, and meets all that matters', async () => {
    const options = { seed: 1, replicas: 2, rate: 10, portBase, keepKeysMs: 25_000 };
    const stopping = new AbortController().signal;
    let injected: readonly InjectedFault[] = [];
    const injectFaults = async (system: SystemUnderTest) => {
      injected = await runSchedule(system, { seed: options.seed, minutes: 0.5, clock, stopping });
    };
    const findings = await experiment(options, injectFaults, silently);
    const { text, conclusion } = concluded({ title: 'half a minute', injected, hasFaults: true, findings });
    expect(conclusion, text).toEqual({ outcome: 'green', missing: [] });
  });

  it('is restarted replica by replica, and every request gets a known answer', async () => {
    const options = { seed: 2, replicas: 2, rate: 8, portBase };
    const findings = await experiment(options, (system) => rollingRestarts(system, 6, clock), silently);
    const { text } = concluded({ title: 'six restarts', injected: [], hasFaults: false, findings });
    expect(
      findings.verdicts.filter(({ holds }) => !holds),
      text,
    ).toEqual([]);
    expect(
      findings.history.filter((entry) => entry.type === 'unknown'),
      text,
    ).toEqual([]);
  });
});
