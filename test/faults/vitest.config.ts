// What takes minutes: bodies of hundreds of megabytes, readers of a kilobyte a second, daemons killed at any moment,
// and once more the scripts of hooks, with a daemon.
// `npm run test:faults`; AITRAIL_FAULTS=200 kills as often as the acceptance asks for.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'test/temporary.ts',
    include: ['test/faults/**/*.faults.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
