import type { Chaos } from '../chaos/chaos.ts';
import type { Readiness } from '../lifecycle/readiness.ts';
import { problem } from '../problem/problem.ts';
import type { FlagsReport } from '../report/resilience-report.ts';
import type { RawRoute } from '../request/route.ts';
import type { Snapshotting } from './resilience-routes.ts';

export interface HealthSources {
  readonly name: string;
  readonly readiness: Readiness;
  readonly chaos: Chaos | undefined;
  readonly flags: Snapshotting<FlagsReport> | undefined;
}

/** `/health/live`: the process answers. `/health/ready`: it should get traffic. Neither is shed, delayed or broken. */
export function healthRoutes({ name, readiness, chaos, flags }: HealthSources): RawRoute[] {
  return [
    {
      method: 'get',
      path: '/health/live',
      handler: function live(_request, response) {
        response.json({ status: 'live', service: name });
      },
    },
    {
      method: 'get',
      path: '/health/ready',
      handler: async function ready(_request, response) {
        const report = await readiness.check();
        if (chaos?.active()?.fault === 'down')
          throw notReady('not-ready', { chaos: 'the fault "down" is active' });
        if (report.status !== 'ready') throw notReady(report.status, report.missing);
        response.json({
          status: 'ready',
          service: name,
          degraded: { ...report.degraded, ...degradedFlags(flags) },
        });
      },
    },
  ];
}

function notReady(code: string, missing: Record<string, string>) {
  const errors = Object.entries(missing).map(([name, detail]) => ({ pointer: `/required/${name}`, detail }));
  return problem(503, code, 'This service should get no traffic now', { errors, retryAfterMs: 1000 });
}

// Why it was rejected is in GET /resilience; the reason may quote the file.
const degradedFlags = (flags: HealthSources['flags']): Record<string, string> =>
  flags?.snapshot().problem === undefined
    ? {}
    : { flags: 'the flag file was rejected, the last good flags stay' };
