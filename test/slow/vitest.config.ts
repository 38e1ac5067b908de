// What takes minutes together and changes seldom: every command and recipe of docs/, the deployment's files, all ways to
// write a protected file, all faults that doctor knows, screens and pages, hooks that are killed, a thousand random streams, and a
// machine without a network. `npm run test:slow`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'test/temporary.ts',
    include: ['test/**/*.slow.ts', 'test/daemon/exact-bytes.test.ts'],
    env: { AITRAIL_STREAMS: '1000' },
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
