// The suites that need real clients: `npm run test:clients`. Kept out of `npm test` for the clients' size.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'test/temporary.ts',
    include: ['test/e2e/**/*.e2e.ts'],
    // a row is four starts of a real client, each with two minutes at most: some wait for seconds before they try again
    testTimeout: 500_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    reporters: ['verbose'],
  },
});
