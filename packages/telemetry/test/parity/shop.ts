// One service with every library that this package instruments, and requests that succeed and fail in each.
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { shutdownTelemetry } from '@ballast/telemetry';
import express, { Router } from 'express';
import { Redis } from 'ioredis';
import pg from 'pg';
import { pino } from 'pino';
import { request } from 'undici';

const { DATABASE_URL: connectionString = '', REDIS_PORT = '' } = process.env;
const pool = new pg.Pool({ connectionString, max: 2 });
const redis = new Redis(Number(REDIS_PORT), '127.0.0.1');
const logger = pino();
const ignore = () => {};

// Another service, in this process: the same spans as if it were not, and in the same trace.
const upstream = createServer((incoming, response) => {
  if (incoming.url === '/hang') return;
  if (incoming.url === '/reset') return void incoming.socket.destroy();
  response.statusCode = Number(incoming.url?.slice(1)) || 200;
  response.end('{}');
});
const origin = (server: { address(): unknown }) =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const ask = async (path: string, options: Parameters<typeof request>[1] = {}) => {
  const answer = await request(origin(upstream) + path, options);
  await answer.body.dump();
};

const nested = Router();
nested.get('/items/:sku', (_, response) => void response.json({}));

const app = express();
app.use(express.json());
app.use('/v1/nested', nested);
app.post('/v1/orders', async (incoming, response) => {
  await ask('/201', {
    method: 'POST',
    body: JSON.stringify(incoming.body),
    headers: { 'User-Agent': 'shop/1' },
  });
  const { rows } = await pool.query('select $1::text as id', ['7']);
  response.status(201).json(rows[0]);
});
app.get('/v1/orders/:id', async (_, response) => {
  await redis.set('order', '7');
  await redis.get('order');
  await pool.query({ name: 'find_order', text: 'select $1::int + 1', values: [7] });
  response.json({});
});
app.get('/v1/transaction', async (_, response) => {
  const client = await pool.connect();
  await client.query('begin');
  await client.query('select 1');
  await client.query({ text: 'COMMIT;' });
  client.release();
  response.json({});
});
app.get('/v1/callback', (_, response) => {
  pool.query('select 2', () => void pool.query('select bad', () => response.json({})));
});
app.get('/v1/bad-query', async (_, response) => {
  await pool.query('select * from nothing').catch(ignore);
  const client = await pool.connect();
  await client.query('select * from nothing').catch(ignore);
  client.release();
  response.json({});
});
app.get('/v1/redis', async (_, response) => {
  await redis.lpush('order', 'no list').catch(ignore);
  await redis.pipeline().get('order').set('order', '8').exec();
  await redis.multi().get('order').incr('order').exec();
  response.json({});
});
app.get('/v1/upstream/:path', async (incoming, response) => {
  await ask(`/${incoming.params.path}?secret=7#part`).catch(ignore);
  response.json({});
});
app.get('/v1/refused', async (_, response) => {
  await request('http://127.0.0.1:9/').catch(ignore);
  response.json({});
});
app.get('/v1/aborted', async (_, response) => {
  await ask('/hang', { signal: AbortSignal.abort() }).catch(ignore);
  await ask('/hang', { signal: AbortSignal.timeout(50) }).catch(ignore);
  response.json({});
});
app.get('/v1/fetched', async (_, response) => {
  await (await fetch(`${origin(upstream)}/dots/../200?secret=7`)).text();
  response.json({});
});
app.get('/v1/node-client', (_, response) => {
  get(`${origin(upstream)}/200`, (answer) => answer.resume().on('end', () => response.json({})));
});
app.put('/v1/raw', (incoming, response) => {
  // Listeners of the request belong to its trace, whoever emits.
  incoming.resume().on('end', () => void pool.query('select 3').then(() => response.json({})));
});
app.get('/v1/later', (_, response) => {
  logger.info('answering before the work is done');
  response.on('finish', () => void pool.query('select 4'));
  response.json({});
});
app.get('/v1/failing', (_, response) => void response.status(500).json({}));
app.get('/v1/throwing', () => {
  throw new Error('broken');
});
app.get('/v1/slow', (_, response) => {
  response.on('close', () => process.send?.('closed'));
  process.send?.('arrived');
});
app.get('/health/ready', async (_, response) => {
  await pool.query('select 5');
  await ask('/200');
  response.json({});
});
app.set('env', 'test');

upstream.listen(0, '127.0.0.1', () => {
  const server = app.listen(0, '127.0.0.1', () => process.send?.({ url: origin(server) }));
});
process.on('message', async () => {
  // Outside of any trace nothing is traced.
  await pool.query('select 6');
  await redis.get('order');
  await ask('/200');
  await shutdownTelemetry(2000);
  process.exit();
});
