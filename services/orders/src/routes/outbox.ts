import { describeRoute, problem } from '@ballast/service-kit';
import { z } from 'zod';
import type { Outbox } from '../use-cases/outbox.ts';

const maxShown = 200;
const maxRequeued = 1000;

const kind = z.enum(['settle-order', 'order-confirmed']);
const parkedRow = z.object({
  id: z.string(),
  orderId: z.uuid(),
  kind,
  attempts: z.int(),
  lastError: z.string().nullable(),
  parkedAt: z.iso.datetime(),
});
const parkedBody = z.object({ rows: z.array(parkedRow) }).meta({ id: 'ParkedRows' });

/** `GET /v1/outbox/parked`, for an operator. */
export function readParkedRoute(outbox: Outbox) {
  return describeRoute({
    method: 'get',
    path: '/v1/outbox/parked',
    name: 'readParkedRows',
    summary: `What the relay gave up on, oldest first, at most ${maxShown}`,
    responses: { 200: { description: 'The parked rows', schema: parkedBody } },
    async handle() {
      const rows = await outbox.parked(maxShown);
      return {
        status: 200,
        body: { rows: rows.map((row) => ({ ...row, parkedAt: row.parkedAt.toISOString() })) },
      };
    },
  });
}

/** `POST /v1/outbox/{id}/requeue`, for an operator. */
export function requeueRoute(outbox: Outbox) {
  return describeRoute({
    method: 'post',
    path: '/v1/outbox/{id}/requeue',
    name: 'requeueParkedRow',
    summary: 'Tries a parked row again, its attempts forgotten',
    params: z.object({ id: z.string().regex(/^[1-9]\d{0,17}$/) }),
    responses: { 204: { description: 'It is due again' } },
    problems: { 404: 'unknown-parked-row' },
    async handle({ params: { id } }) {
      if (!(await outbox.requeue(id))) throw problem(404, 'unknown-parked-row', `No row ${id} is parked`);
      return { status: 204 };
    },
  });
}

const requeueRequest = z
  .strictObject({ kind: kind.optional(), limit: z.int().min(1).max(maxRequeued).default(maxRequeued) })
  .meta({
    id: 'RequeueRequest',
    description: 'Which parked rows to try again; all kinds when none is named.',
  });

/** `POST /v1/outbox/requeue`, for an operator. */
export function requeueManyRoute(outbox: Outbox) {
  return describeRoute({
    method: 'post',
    path: '/v1/outbox/requeue',
    name: 'requeueParkedRows',
    summary: 'Tries parked rows again, the longest parked first, their attempts forgotten',
    body: requeueRequest,
    responses: { 200: { description: 'How many are due again', schema: z.object({ requeued: z.int() }) } },
    async handle({ body }) {
      return { status: 200, body: { requeued: await outbox.requeueMany(body) } };
    },
  });
}
