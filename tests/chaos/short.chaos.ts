import { describe, expect, it } from 'vitest';
import { experiment, realTime } from './experiment.ts';
import { rollingRestarts } from './nemesis/rolling-restarts.ts';
import { runSchedule } from './nemesis/run-schedule.ts';
import { report } from './report.ts';
import { chaosDefaults } from './run-options.ts';

const { portBase } = chaosDefaults;
const silently = () => {};

describe('the real system', () => {
  it('keeps every promise through half a minute of kills and faults', async () => {
    const options = { seed: 1, replicas: 1, rate: 8, portBase };
    const stopping = new AbortController().signal;
    let struck: Awaited<ReturnType<typeof runSchedule>> = [];
    const harm = async (system: Parameters<typeof runSchedule>[0]) => {
      struck = await runSchedule(system, { seed: options.seed, minutes: 0.5, stopping });
    };
    const findings = await experiment(options, harm, silently);
    const text = report({ title: 'half a minute', struck, ...findings });
    expect(
      findings.verdicts.filter(({ holds }) => !holds),
      text,
    ).toEqual([]);
    expect(
      findings.verdicts.filter(({ checked }) => checked === 0),
      text,
    ).toEqual([]);
  });

  it('is restarted replica by replica, and no customer goes without', async () => {
    const options = { seed: 2, replicas: 2, rate: 8, portBase };
    const findings = await experiment(
      options,
      (system) => rollingRestarts(system, 6, realTime.wait),
      silently,
    );
    const text = report({ title: 'six restarts', struck: [], ...findings });
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
