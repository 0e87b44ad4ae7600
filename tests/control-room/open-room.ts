import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ControlRoom, startControlRoom } from '@ballast/demo/control-room';
import { topologyAt } from '@ballast/demo/topology';
import { openStubSystem, type StubSystem } from './stub-system.ts';

export interface StubbedRoom {
  readonly room: ControlRoom;
  readonly port: number;
  readonly system: StubSystem;
  readonly flagsFile: string;
  /** The actions that the room logged, in order. */
  readonly actions: string[];
  close(): Promise<void>;
}

const flags = resolve(import.meta.dirname, '../../infra/flags/flags.json');

/** A control room over a system made of stubs. */
export async function openStubbedRoom(portBase: number): Promise<StubbedRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-room-'));
  const flagsFile = join(folder, 'flags.json');
  copyFileSync(flags, flagsFile);
  const topology = topologyAt(portBase);
  // The real system reports once a second; a test does not wait that long.
  const system = await openStubSystem(topology, { intervalMs: 200 });
  const actions: string[] = [];
  const logger = {
    info: (fields: object) => actions.push(String((fields as { action?: string }).action)),
    warn: () => {},
  };
  const room = await startControlRoom({
    topology,
    port: portBase,
    supervisor: system.supervisor,
    chaosToken: 'stub-token',
    flagsFile,
    picturesFolder: folder,
    logger,
  });
  return {
    room,
    port: portBase,
    system,
    flagsFile,
    actions,
    async close() {
      await room.close();
      await system.close();
      rmSync(folder, { recursive: true });
    },
  };
}
