import { expect, test } from 'vitest';
import { EventHub } from './events.ts';

test('says that nobody listens until somebody does, and again when all have left', () => {
  const hub = new EventHub();
  expect(hub.listening).toBe(false);
  const stops = [hub.subscribe(() => {}), hub.subscribe(() => {})];
  expect(hub.listening).toBe(true);
  for (const stop of stops) stop();
  expect(hub.listening).toBe(false);
});

test('tells every listener what happened, to whom, when and in which context', () => {
  const hub = new EventHub();
  const heard: unknown[] = [];
  hub.subscribe((event) => heard.push(event));
  hub.subscribe((event) => heard.push(event));
  hub.emit({ ...{ type: 'queued', waitMs: 5 }, dependency: 'inventory', at: 42, context: 'order 7' });
  const event = { type: 'queued', waitMs: 5, dependency: 'inventory', at: 42, context: 'order 7' };
  expect(heard).toEqual([event, event]);
});

test('lets a listener leave while it is being told', () => {
  const hub = new EventHub();
  const heard: string[] = [];
  const stop = hub.subscribe(() => {
    heard.push('first');
    stop();
  });
  hub.subscribe(() => heard.push('second'));
  hub.emit({ ...{ type: 'queued', waitMs: 1 }, dependency: 'inventory', at: 1, context: undefined });
  hub.emit({ ...{ type: 'queued', waitMs: 1 }, dependency: 'inventory', at: 2, context: undefined });
  expect(heard).toEqual(['first', 'second', 'second']);
});
