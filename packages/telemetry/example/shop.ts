// Plain express, pg and undici, with one guarded dependency.
import type { AddressInfo } from 'node:net';
import { defaultAnswer, dependency, standardPolicy } from '@ballast/resilience';
import { observe } from '@ballast/telemetry';
import express from 'express';
import pg from 'pg';
import { request } from 'undici';

const { DATABASE_URL = '', RECOMMENDATION_URL = '' } = process.env;
const database = new pg.Pool({ connectionString: DATABASE_URL });

const recommendation = dependency({
  name: 'recommendation',
  policy: standardPolicy(),
  call: async (customerId: string, { signal }) => {
    const { statusCode, body } = await request(`${RECOMMENDATION_URL}/v1/recommendations/${customerId}`, {
      signal,
    });
    if (statusCode !== 200) throw new Error(`recommendation answered ${statusCode}`);
    return (await body.json()) as readonly string[];
  },
  degrade: [defaultAnswer(() => ['LAMP', 'CHAIR'])],
});
observe(recommendation);

const app = express();
app.post('/v1/orders/:customerId', async ({ params: { customerId } }, response) => {
  const { rows } = await database.query('select $1::text as id', [customerId]);
  const { value, source } = await recommendation.call(customerId);
  response.status(201).json({ order: rows[0], recommendations: value, source });
});

const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
