import type { NextFunction, Request, Response } from 'express';
import { expect, test, vi } from 'vitest';
import { createChaos, faultSchema } from './chaos.ts';
import { hitProcess, injectFault } from './chaos-faults.ts';

test('a ratio hits its share of requests', async () => {
  const chaos = createChaos();
  chaos.start(faultSchema.parse({ fault: 'error', ratio: 0.3, forMs: 1000 }));
  const hits: boolean[] = [];
  for (let i = 0; i < 10; i++) {
    const next: NextFunction = (error?: unknown) => void hits.push(error !== undefined);
    await injectFault(chaos, () => i / 10)({} as Request, {} as Response, next);
  }
  chaos.stop();
  expect(hits.filter(Boolean)).toHaveLength(3);
});

test('stall blocks the event loop for its time, crash kills without cleanup', () => {
  const before = performance.now();
  hitProcess(faultSchema.parse({ fault: 'stall', forMs: 40 }));
  expect(performance.now() - before).toBeGreaterThanOrEqual(39);
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  hitProcess(faultSchema.parse({ fault: 'crash', forMs: 1 }));
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL');
  kill.mockRestore();
});
