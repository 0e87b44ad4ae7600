const oldestMajor = 22;

/** Fails where the package is imported, and in one sentence, rather than at each call with a TypeError. */
export function checkRuntime(version: string): void {
  const major = Number.parseInt(version, 10);
  if (major < oldestMajor) {
    throw new Error(`@ballast/resilience needs Node ${oldestMajor} or later; this is Node ${version}`);
  }
}

// Other runtimes that have `process` say which Node they are compatible with.
const { node } = globalThis.process?.versions ?? {};
if (node !== undefined) checkRuntime(node);
