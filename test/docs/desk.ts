// Where the documents' commands are run: a person's machine with a scripted model, stand-ins for the agents, and a repository.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startDemoModel } from '../../src/flow/demo/model.ts';
import { DEMO_TURNS } from '../../src/flow/demo/script.ts';
import { openSandbox, type Sandbox } from '../e2e/sandbox.ts';

export interface Desk extends Sandbox {
  /** A repository with a remote. */
  readonly project: string;
}

const AGENTS = ['claude', 'codex', 'gemini', 'opencode', 'copilot', 'aider', 'code'];

const SET_UP =
  'git init -q -b main && git add -A && git commit -q -m Start && git init -q --bare ../remote.git && git remote add origin ../remote.git';

/** @param branch that the repository is on, beside `main`. */
export async function openDesk(branch = 'topic'): Promise<Desk> {
  const turns = DEMO_TURNS.map((turn) => ({
    ...turn,
    calls: turn.calls.filter((call) => !(call.input['file_path'] ?? '').startsWith('.github')),
  }));
  const model = await startDemoModel(turns);
  const box = await openSandbox(model.url);
  for (const agent of AGENTS) {
    const path = join(box.home, '..', 'bin', agent);
    // the demo's agent stands in for each: it speaks the Messages protocol to whatever base URL it is given
    writeFileSync(
      path,
      `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/flow/demo/agent.js')}' "Go on."\n`,
    );
    chmodSync(path, 0o755);
  }
  const project = join(box.repo, 'your-repository');
  mkdirSync(join(project, 'src'), { recursive: true });
  box.write('your-repository/src/greet.js', '// greetings\n');
  box.write('your-repository/leaked.txt', 'a value that leaked\n');
  await box.run('sh', ['-c', `cd your-repository && ${SET_UP} && git switch -q -C ${branch}`]);
  return {
    ...box,
    project,
    close: async () => {
      await box.close();
      await model.close();
    },
  };
}

/** What stands in the fenced blocks of a language, in order. */
export const readBlocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (block) => block[1] ?? '',
  );
