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

const largeBytes = 30_000_000;
const large = describeRoute({
  method: 'get',
  path: '/large',
  name: 'large',
  summary: 'Answers more than any buffer on the way holds',
  responses: { 200: { description: 'Large', schema: z.object({ text: z.string() }) } },
  handle: () => ({ status: 200, body: { text: 'x'.repeat(largeBytes) } }),
});

const echo = describeRoute({
  method: 'post',
  path: '/echo',
  name: 'echo',
  summary: 'Answers what it was sent',
  body: z.strictObject({ text: z.string() }),
  responses: { 200: { description: 'The same', schema: z.object({ text: z.string() }) } },
  handle: ({ body }) => ({ status: 200, body }),
});

// Larger than a viewer's socket buffers, so that one that does not read is noticed at once.
const manyFlags = Object.fromEntries(
  Array.from({ length: 200_000 }, (_, flag) => [`protection.${flag}`, true]),
);
const resilience = { flags: { snapshot: () => ({ values: config.CHAOS_TOKEN ? manyFlags : {} }) } };

const resource = (name: string) => ({ name, close: () => void say(`closed ${name}`) });
const stuck = {
  name: 'broken',
  close: () => {
    throw new Error('does not close');
  },
};

const app = createApp({ name: 'slow', routes: [work, large, echo], config, readiness, resilience });
const { url } = await startService({
  name: 'slow',
  config,
  app,
  readiness,
  onShutdown: [resource('clients'), stuck, resource('database')],
  logger: silentLogger,
});
say(url);
