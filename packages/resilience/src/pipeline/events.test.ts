import { expect, test } from 'vitest';
import { EventHub } from './events.ts';

test('says that nobody listens until somebody does, and again when all have left', () => {
  const hub = new EventHub('inventory');
  expect(hub.listening).toBe(false);
  const stops = [hub.subscribe(() => {}), hub.subscribe(() => {})];
  expect(hub.listening).toBe(true);
  for (const stop of stops) stop();
  expect(hub.listening).toBe(false);
});

test('tells every listener what happened, to whom, when and in which context', () => {
  const hub = new EventHub('inventory');
  const heard: unknown[] = [];
  hub.subscribe((event) => heard.push(event));
  hub.subscribe((event) => heard.push(event));
  hub.emit(42, 'order 7', { type: 'queued', waitMs: 5 });
  const event = { type: 'queued', waitMs: 5, dependency: 'inventory', at: 42, context: 'order 7' };
  expect(heard).toEqual([event, event]);
});

test('lets a listener leave while it is being told', () => {
  const hub = new EventHub('inventory');
  const heard: string[] = [];
  const stop = hub.subscribe(() => {
    heard.push('first');
    stop();
  });
  hub.subscribe(() => heard.push('second'));
  hub.emit(1, undefined, { type: 'queued', waitMs: 1 });
  hub.emit(2, undefined, { type: 'queued', waitMs: 1 });
  expect(heard).toEqual(['first', 'second', 'second']);
});
