// Every command in the README is run, in the order in which it stands there, in a repository made for it.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, openDesk, readBlocks } from './desk.ts';

const README = readFileSync('README.md', 'utf8');

/** Commands of the `sh` blocks, then those of the agents' table. */
const commands: readonly string[] = [
  ...readBlocks(README, 'sh').flatMap((block) => block.split('\n')),
  ...[...README.matchAll(/^\| .* \| `((?:aitrail|eval) .*)` \|$/gm)].map((row) => row[1] ?? ''),
]
  .map((line) => line.replace(/ {2,}# .*$/, '').trim())
  .filter((line) => line !== '');

/** The two commands install and test the project itself: CI runs them; here the parts that can run inside a test. */
const INSTEAD: Readonly<Record<string, string>> = {
  'git clone https://git.example.com/team/project.git':
    'cd "$HOME/../repo/your-repository" && git clone -q -b topic ../remote.git project',
  'npm ci && npm run demo': 'npm run --silent demo',
  'npm ci && npm test': 'grep -q "^npm ci$" .ci/run && grep -q "^npm test$" .ci/run',
  'aitrail ui':
    'cd "$HOME"; aitrail ui >link & until [ -s link ]; do sleep 0.1; done; kill $! && wait $! && grep -q "^http://127.0.0.1:[0-9]*/#enter=" link',
  'npm install --global .':
    'npm install --global --ignore-scripts --prefix "$HOME/npm" . && "$HOME/npm/bin/aitrail" --version',
};

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk('main');
});
afterAll(() => desk.close());

test('the README has commands', () => expect(commands.length).toBeGreaterThan(15));

describe('README', () => {
  test.each(commands.filter((command) => command !== 'cd your-repository'))(
    '%s',
    { timeout: 120_000 },
    async (command) => {
      const isOurs = command in INSTEAD;
      const place = isOurs ? resolve('.') : desk.project;
      const ran = await desk.run('sh', ['-c', `cd '${place}' && ${INSTEAD[command] ?? command}`]);
      expect(ran.exit, `${ran.stdout}${ran.stderr}`).toBe(0);
    },
  );
});
