// Every command in the README is run, in the order in which it stands there, in a repository made for it.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDemoModel, type DemoModel } from '../../src/flow/demo/model.ts';
import { DEMO_TURNS } from '../../src/flow/demo/script.ts';
import { openSandbox, type Sandbox } from '../e2e/sandbox.ts';

const README = readFileSync('README.md', 'utf8');

/** Commands of the `sh` blocks, then those of the agents' table. */
const commands: readonly string[] = [
  ...[...README.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap((block) =>
    (block[1] ?? '').split('\n'),
  ),
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

let model: DemoModel;
let box: Sandbox;

beforeAll(async () => {
  const turns = DEMO_TURNS.map((turn) => ({
    ...turn,
    calls: turn.calls.filter((call) => !(call.input['file_path'] ?? '').startsWith('.github')),
  }));
  model = await startDemoModel(turns);
  box = await openSandbox(model.url);
  for (const agent of ['claude', 'codex', 'gemini', 'opencode', 'copilot', 'aider', 'code']) {
    const path = join(box.home, '..', 'bin', agent);
    // the demo's agent stands in for each: it speaks the Messages protocol to whatever base URL it is given
    writeFileSync(
      path,
      `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/flow/demo/agent.js')}' "Go on."\n`,
    );
    chmodSync(path, 0o755);
  }
  mkdirSync(join(box.repo, 'your-repository', 'src'), { recursive: true });
  box.write('your-repository/src/greet.js', '// greetings\n');
  box.write('your-repository/leaked.txt', 'a value that leaked\n');
  const set =
    'git init -q -b main . && git add -A && git commit -q -m Start && git switch -q -c topic && git init -q --bare ../remote.git && git remote add origin ../remote.git';
  await box.run('sh', ['-c', `cd your-repository && ${set}`]);
});
afterAll(async () => {
  await box.close();
  await model.close();
});

test('the README has commands', () => expect(commands.length).toBeGreaterThan(15));

describe('README', () => {
  test.each(commands.filter((command) => command !== 'cd your-repository'))(
    '%s',
    { timeout: 120_000 },
    async (command) => {
      const isOurs = command in INSTEAD;
      const place = isOurs ? resolve('.') : join(box.repo, 'your-repository');
      const ran = await box.run('sh', ['-c', `cd '${place}' && ${INSTEAD[command] ?? command}`]);
      expect(ran.exit, `${ran.stdout}${ran.stderr}`).toBe(0);
    },
  );
});
