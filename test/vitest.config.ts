// `npm test`: everything but the suites that have commands of their own (test:slow, test:faults, test:clients, test:hooks).
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest; begun last it would run alone at the end. */
const FIRST = [
  'scripts.test.ts',
  'daemon/process.test.ts',
  'docs/readme.test.ts',
  'gateway/saml.test.ts',
  'git/as-git/situations.test.ts',
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = FIRST.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return rank < 0 ? FIRST.length : rank;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

/** What keeps nothing from one file to the next: modules are loaded once for all of them, which saves a minute of CPU. */
const TOGETHER = [
  'agents',
  'attest',
  'config',
  'extract',
  'git',
  'guard',
  'identity',
  'log',
  'match',
  'model',
  'print',
  'secrets',
  'store',
  'web',
  'wire',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: 'test/temporary.ts',
    maxWorkers: 3, // on two cores, too: most tests wait for processes
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 1, // a machine that stands still for a while; the report names what needed it, and that is a fault to mend
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: TOGETHER,
          isolate: false,
          setupFiles: 'test/each-file.ts',
        },
      },
      {
        extends: true,
        test: { name: 'apart', include: ['test/**/*.test.{ts,tsx}'], exclude: TOGETHER },
      },
    ],
  },
});
