// The real hook managers, from npm and PyPI, beside our hooks: `npm run test:hooks`. AITRAIL_TEST_GIT names a folder whose
// git is taken in place of the one on PATH: hooks of git's configuration need 2.54.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: 'test/temporary.ts',
    include: ['test/hooks/managers/*.managers.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000, // what the registries take
    reporters: ['verbose'],
  },
});
