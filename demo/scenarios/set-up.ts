import { setTimeout as delay } from 'node:timers/promises';
import { protectionFlag, protectionNames } from '@ballast/service-kit/protections';
import type { Stage } from '../stage/stage.ts';
import type { SwitchName } from '../stage/switch-names.ts';
import type { SystemView } from '../stage/system-view.ts';
import { isServiceName } from '../topology.ts';
import type { Scenario, Variant } from './scenario.ts';

interface Previous {
  readonly switches: Readonly<Record<SwitchName, boolean>>;
  readonly ordersPerSecond: number;
  readonly readsPerSecond: number;
}

const calmWithinMs = 45_000;
const calmForSeconds = 2;

/**
 * Waits until the system is calm, then switches all protections on but those the variant does without, and sets the
 * declared load.
 *
 * @returns what `restore` puts back
 */
export async function setUp(
  stage: Stage,
  view: SystemView,
  scenario: Scenario,
  variant: Variant,
  signal?: AbortSignal,
): Promise<Previous> {
  await untilCalm(view, signal);
  const { ordersPerSecond = 5, readsPerSecond = 0 } = view.stats()?.rate ?? {};
  const switches = stage.switches();
  await stage.setSwitches(switchesFor(scenario, variant));
  await stage.setRate({ readsPerSecond: 0, ...scenario.load });
  return { switches, ordersPerSecond, readsPerSecond };
}

function switchesFor(scenario: Scenario, variant: Variant): Partial<Record<SwitchName, boolean>> {
  const without = [
    ...(scenario.without ?? []),
    ...(variant === 'naive' ? (scenario.naive?.without ?? []) : []),
  ];
  return Object.fromEntries(protectionNames.map((name) => [protectionFlag(name), !without.includes(name)]));
}

/** Puts everything back, heals and starts what a run left broken, and waits until the system has recovered. */
export async function restore(
  stage: Stage,
  view: SystemView,
  { switches, ...rate }: Previous,
): Promise<void> {
  await stage.setSwitches(switches);
  for (const { target } of stage.faults())
    await (isServiceName(target) ? stage.heal(target) : stage.resume(target)).catch(() => {});
  const down = view.processes()?.filter(({ state }) => state === 'down') ?? [];
  await Promise.allSettled(down.map(({ name }) => stage.start(name)));
  await stage.setRate(rate).catch(() => {});
  await untilCalm(view);
}

/**
 * Orders are answered live and nothing is pending, for a few seconds in a row. It gives up waiting after a while: a
 * run that does not begin well gets no verdict.
 */
async function untilCalm(view: SystemView, signal?: AbortSignal): Promise<void> {
  let calmSeconds = 0;
  const stop = view.onStats((stats) => {
    const { cached, default: byDefault, pending, late, refused, failed } = stats.orders.outcomes;
    const isCalm = cached + byDefault + pending + late + refused + failed === 0 && stats.pending.open === 0;
    calmSeconds = isCalm ? calmSeconds + 1 : 0;
  });
  const giveUpAt = performance.now() + calmWithinMs;
  while (calmSeconds < calmForSeconds && performance.now() < giveUpAt)
    await delay(100, undefined, { signal });
  stop();
}
