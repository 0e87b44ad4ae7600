import {
  aFunction,
  anObject,
  checkOptions,
  type Rule,
  text,
  withMethods,
} from '@ballast/resilience/primitives';
import { problem } from '@ballast/service-kit/problem';
import type { Supervisor } from '@ballast/supervisor';
import { type ReplicatedPostgres, StandbyBehindError } from '@ballast/supervisor/postgres';
import { nodeOf, type ServiceName, type SupervisedName, type Topology } from '../topology.ts';
import { ActiveFaults } from './active-faults.ts';
import type { ActiveFault, StagedFault } from './faults.ts';
import type { Mark } from './picture.ts';
import type { SwitchName } from './switch-names.ts';
import type { Switches } from './switches.ts';

export interface StageLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface StageOptions {
  readonly topology: Topology;
  readonly supervisor?: Supervisor<SupervisedName> | undefined;
  /** The two servers behind the database's address, where there is a standby. */
  readonly database?: ReplicatedPostgres | undefined;
  readonly chaosToken: string;
  readonly switches: Switches;
  readonly logger: StageLogger;
  /** Called after each action, for the time axis and the next frame. */
  readonly onMark: (mark: Mark) => void;
}

/** A fault with the details `PUT /chaos` takes beyond its name. */
export interface FaultDetails {
  readonly latencyMs?: number;
  readonly perSecond?: number;
  readonly status?: number;
  readonly ratio?: number;
}

/** The actions on the running system; the page's buttons, scenarios and tests all use these. */
export interface Stage {
  kill(target: SupervisedName): Promise<void>;
  start(target: SupervisedName): Promise<void>;
  stall(target: SupervisedName, forMs: number): Promise<void>;
  resume(target: SupervisedName): Promise<void>;
  /** Kills the database's primary and makes the standby the primary. */
  failOver(): Promise<void>;
  fault(target: ServiceName, fault: StagedFault, forMs: number, details?: FaultDetails): Promise<void>;
  heal(target: ServiceName): Promise<void>;
  setRate(rate: { ordersPerSecond?: number; readsPerSecond?: number }): Promise<void>;
  setSwitches(wanted: Readonly<Partial<Record<SwitchName, boolean>>>): Promise<void>;
  switches(): Readonly<Record<SwitchName, boolean>>;
  /** Faults in force; each ends by itself. */
  faults(): readonly ActiveFault[];
}

/** A service blocks its own event loop no longer than this: while it is blocked it can't be healed either. */
const maxBlockedMs = 10_000;
/** Long, because the service may be overloaded at that moment. */
const answerWithinMs = 8000;

const optionRules: Readonly<Record<keyof StageOptions, Rule>> = {
  topology: anObject,
  database: withMethods('a replicated database', 'failOver', 'status'),
  supervisor: withMethods('a supervisor', 'kill', 'start', 'stall', 'resume', 'onChange'),
  chaosToken: { ...text, isSecret: true },
  switches: withMethods('switches', 'read', 'set'),
  logger: withMethods('a logger', 'info', 'warn'),
  onMark: aFunction,
};

export function openStage(options: StageOptions): Stage {
  checkOptions('openStage', options, optionRules, ['topology', 'chaosToken', 'switches', 'logger', 'onMark']);
  const { topology, supervisor, database, chaosToken, switches, logger, onMark } = options;
  const active = new ActiveFaults();

  function mark(kind: Mark['kind'], target: SupervisedName | null, text: string): void {
    logger.info({ action: text, target }, 'action on the system');
    onMark({ at: Date.now(), kind, text, target });
  }

  // A fault ends with its process: the next process does not have it.
  supervisor?.onChange(({ name, state }) => {
    if (state === 'down') active.forget(name);
  });

  async function chaos(target: SupervisedName, method: 'PUT' | 'DELETE', body?: object): Promise<void> {
    const authorization = `Bearer ${chaosToken}`;
    await send(`${nodeOf(topology, target).url}/chaos`, method, target, body, { authorization });
  }

  async function kill(target: SupervisedName): Promise<void> {
    active.forget(target);
    logger.info({ action: 'kill', target }, 'action on the system');
    if (supervisor) return supervisor.kill(target);
    await chaos(target, 'PUT', { fault: 'crash', forMs: 1 });
    mark('break', target, `kill ${target}`);
  }

  async function start(target: SupervisedName): Promise<void> {
    if (!supervisor) throw problem(409, 'not-possible-here', `Type: docker compose start ${target}`);
    logger.info({ action: 'start', target }, 'action on the system');
    await supervisor.start(target);
  }

  async function stall(target: SupervisedName, wantedMs: number): Promise<void> {
    const forMs = supervisor ? wantedMs : Math.min(wantedMs, maxBlockedMs);
    if (supervisor) await supervisor.stall(target);
    else await chaos(target, 'PUT', { fault: 'stall', forMs });
    active.remember(target, 'stall', forMs, () => resume(target).catch(() => active.forget(target)));
    mark('break', target, `stall ${target}`);
  }

  async function resume(target: SupervisedName): Promise<void> {
    active.forget(target);
    await supervisor?.resume(target);
    mark('heal', target, `${target} resumes`);
  }

  async function failOver(): Promise<void> {
    if (!database)
      throw problem(409, 'not-possible-here', 'There is no standby: start with pnpm demo --standby');
    const { primary } = database.status();
    logger.info({ action: 'fail over', target: primary }, 'action on the system');
    try {
      await database.failOver(kill);
    } catch (error) {
      if (error instanceof StandbyBehindError) throw problem(409, 'standby-behind', error.message);
      throw error;
    }
    const promoted = database.status().primary;
    mark('heal', promoted, `${promoted} is the primary`);
  }

  async function fault(
    target: ServiceName,
    name: StagedFault,
    forMs: number,
    details: FaultDetails = {},
  ): Promise<void> {
    await chaos(target, 'PUT', { fault: name, forMs, ...details });
    active.remember(target, name, forMs, () => {
      active.forget(target);
      mark('heal', target, `${target} heals`);
    });
    mark('break', target, `${name} ${target}`);
  }

  async function heal(target: ServiceName): Promise<void> {
    if (active.of(target) === 'stall') return resume(target);
    await chaos(target, 'DELETE');
    active.forget(target);
    mark('heal', target, `${target} heals`);
  }

  return {
    kill,
    start,
    stall,
    resume,
    failOver,
    fault,
    heal,
    async setRate(rate) {
      await send(`${nodeOf(topology, 'load-generator').url}/rate`, 'PUT', 'load-generator', rate);
      logger.info({ action: 'rate', ...rate }, 'action on the system');
    },
    async setSwitches(wanted) {
      await switches.set(wanted);
      const text = Object.entries(wanted).map(([name, on]) => `${name.split('.')[1]} ${on ? 'on' : 'off'}`);
      if (text.length > 0)
        mark('switch', null, text.length > 2 ? `${text.length} switches` : text.join(', '));
    },
    switches: () => switches.read(),
    faults: () => active.list(),
  };
}

async function send(
  url: string,
  method: string,
  target: string,
  body?: object,
  extra: Record<string, string> = {},
): Promise<void> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...extra },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(answerWithinMs),
    redirect: 'error',
  }).catch(() => {
    throw problem(502, 'no-answer', `${target} does not answer`);
  });
  await response.body?.cancel();
  if (!response.ok) throw problem(502, 'rejected', `${target} answered ${response.status}`);
}
