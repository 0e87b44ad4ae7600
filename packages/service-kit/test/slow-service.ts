import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import {
  createApp,
  createReadiness,
  describeRoute,
  parseConfig,
  serviceEnv,
  silentLogger,
  startService,
} from '../src/index.ts';

// A service of its own process for the tests of shutdown. Tells its URL, and what it closes, on stdout.
const longMs = 100;
const say = (line: string) => process.stdout.write(`${line}\n`);
const config = parseConfig(z.object(serviceEnv));
const readiness = createReadiness();

const work = describeRoute({
  method: 'get',
  path: '/work',
  name: 'work',
  summary: 'Takes its time',
  query: z.object({ ms: z.string().regex(/^\d+$/).transform(Number) }),
  responses: { 200: { description: 'Done', schema: z.object({ done: z.boolean() }) } },
  handle: async ({ query }) => {
    if (query.ms >= longMs) say('working');
    await delay(query.ms);
    return { status: 200, body: { done: true } };
  },
});

const resource = (name: string) => ({ name, close: () => void say(`closed ${name}`) });
const stuck = {
  name: 'broken',
  close: () => {
    throw new Error('does not close');
  },
};

const app = createApp({ name: 'slow', routes: [work], config, readiness });
const { url } = await startService({
  name: 'slow',
  config,
  app,
  readiness,
  onShutdown: [resource('clients'), stuck, resource('database')],
  logger: silentLogger,
});
say(url);
