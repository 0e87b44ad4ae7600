import type { ProcessStatus, Supervisor } from '@ballast/supervisor';
import { expect, test } from 'vitest';
import type { SupervisedName } from '../topology.ts';
import type { Mark } from './picture.ts';
import { markProcesses } from './process-marks.ts';

function watch(first: 'up' | 'down') {
  let tell: (status: ProcessStatus<SupervisedName>) => void = () => {};
  const status = (state: string) =>
    ({ name: 'inventory', restarts: 0, state }) as ProcessStatus<SupervisedName>;
  const supervisor = {
    status: () => [status(first)],
    onChange(listener: (status: ProcessStatus<SupervisedName>) => void) {
      tell = listener;
      return () => {};
    },
  } as unknown as Supervisor<SupervisedName>;
  const marks: Mark[] = [];
  markProcesses(supervisor, (mark) => marks.push(mark));
  return {
    becomes: (state: string) => tell(status(state)),
    texts: () => marks.map(({ kind, text }) => `${kind}: ${text}`),
  };
}

test('a death and a return are marked once each, whatever lies between', () => {
  const { becomes, texts } = watch('up');
  for (const state of ['down', 'down', 'starting', 'up', 'up']) becomes(state);
  expect(texts()).toEqual(['break: inventory down', 'heal: inventory back']);
});

test('the first start is no return', () => {
  const { becomes, texts } = watch('down');
  for (const state of ['starting', 'up']) becomes(state);
  expect(texts()).toEqual([]);
});
