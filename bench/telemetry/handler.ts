// The smallest service worth tracing: one call out, one query, one answer.
import type { AddressInfo } from 'node:net';
import express from 'express';
import pg from 'pg';
import { Pool } from 'undici';

const { UPSTREAM_URL = '', DATABASE_URL: databaseUrl = '' } = process.env;
const upstream = new Pool(UPSTREAM_URL, { connections: 32 });
const database = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const app = express();
app.use(express.json());
app.post('/v1/orders', async (request, response) => {
  const answer = await upstream.request({ path: '/v1/recommendations', method: 'GET' });
  const recommendations = await answer.body.json();
  const statement = 'select $1::text as id from pg_database limit 1';
  const { rows } = await database.query(statement, [request.body.customerId]);
  response.status(201).json({ id: rows[0].id, recommendations });
});

const server = app.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
