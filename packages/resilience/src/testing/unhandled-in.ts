/** What would have ended the process while `action` ran and a few turns after it. */
export async function unhandledIn(action: () => Promise<unknown>): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const kinds = ['unhandledRejection', 'uncaughtException'] as const;
  // The runner's own listeners would fail the run instead of the test.
  const others = kinds.map((kind) => ({ kind, listeners: process.listeners(kind as never) }));
  for (const kind of kinds) {
    process.removeAllListeners(kind);
    process.on(kind as never, (reason: unknown) => reasons.push(reason));
  }
  try {
    await action();
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    for (const { kind, listeners } of others) {
      process.removeAllListeners(kind);
      for (const listener of listeners) process.on(kind as never, listener as never);
    }
  }
  return reasons;
}
