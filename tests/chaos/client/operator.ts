import type { Clock } from '@ballast/resilience/primitives';
import { request } from 'undici';
import { z } from 'zod';
import type { HistoryLog } from '../history/history-log.ts';
import { sleep } from '../sleep.ts';

export type OperatorTools = {
  /** Of the replicas of orders; asked past the proxies, as an operator inside would. */
  readonly baseUrls: readonly string[];
  readonly token: string;
  readonly log: Pick<HistoryLog, 'requeued'>;
  readonly clock: Clock;
};

export type Operator = { stop(): Promise<void> };

const everyMs = 1000;
const requeuedBody = z.object({ requeued: z.int() });

/** Has every parked row tried again, as somebody does who has read the alert. */
export function startOperator({ baseUrls, token, log, clock }: OperatorTools): Operator {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    for (let turn = 0; !stopping.signal.aborted; turn += 1) {
      const baseUrl = baseUrls[turn % baseUrls.length] as string;
      const rows = await requeueAll(baseUrl, token).catch(() => 0);
      if (rows > 0) log.requeued(rows);
      await sleep(clock, everyMs, stopping.signal);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function requeueAll(baseUrl: string, token: string): Promise<number> {
  const { body } = await request(`${baseUrl}/v1/outbox/requeue`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(1000),
  });
  return requeuedBody.parse(await body.json()).requeued;
}
