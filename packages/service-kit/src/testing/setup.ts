import type { TestProject } from 'vitest/node';
import { startTestDatabase } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseServerUrl: string;
  }
}

/** A `globalSetup` for vitest: one PostgreSQL server per run, found by tests as `inject('databaseServerUrl')`. */
export default async function startDatabaseServer(project: TestProject): Promise<() => Promise<void>> {
  const database = await startTestDatabase();
  project.provide('databaseServerUrl', database.serverUrl);
  return () => database.stop();
}
