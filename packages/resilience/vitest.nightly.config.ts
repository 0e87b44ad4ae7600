import { defineConfig } from 'vitest/config';

/** What depends on other libraries more than on this one: an update of theirs must not turn a pull request red. */
export default defineConfig({
  test: { include: ['test/nightly/**/*.test.ts'] },
});
