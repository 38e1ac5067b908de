// A repository with a protected workflow and everything that the ways of writing it need, copied afresh for each of them:
// what one of them left in the recordings must not speak about another.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { initRepository } from '../../../src/flow/setup/init-repository.ts';
import type { Caller } from '../../../src/model/caller.ts';
import type { World } from '../world.ts';
import { F } from './ways.ts';

export interface Copy {
  readonly dir: string;
  readonly caller: Caller;
  /** Runs a command as an agent's shell does. @returns what it printed on both streams. */
  readonly sh: (command: string) => Promise<string>;
}

const POLICY = 'protect: [{ paths: [".github/workflows/**"], from: ai, action: block }]\n';

export async function makeTemplate({ put, git, repo, caller }: World): Promise<void> {
  put('repo/.aitrailrc.yaml', POLICY);
  put(`repo/${F}`, 'on: push\n');
  put('repo/a.yml', 'on: evil\n');
  put('repo/ci.yml', 'on: evil as well\n');
  // another length: an archive brings its times with it, and git takes one size in one second for no change
  put('repo/stage/.github/workflows/ci.yml', 'on: evil, unpacked\n');
  put('repo/x.diff', `--- a/${F}\n+++ b/${F}\n@@ -1 +1 @@\n-on: push\n+on: evil\n`);
  put('repo/tools/gen.sh', '#!/bin/sh\nsed s/push/evil/ ci.yml > .github/workflows/ci.yml\n');
  chmodSync(join(repo, 'tools/gen.sh'), 0o755);
  put('repo/Makefile', 'workflows test:\n\t./tools/gen.sh\n');
  put('repo/package.json', '{"scripts":{"ci":"./tools/gen.sh","test":"./tools/gen.sh"}}\n');
  symlinkSync('.github/workflows', join(repo, 'flows'));
  symlinkSync(F, join(repo, 'link.yml'));
  const pack = 'cd stage && tar cf ../bundle.tar .github';
  execFileSync('sh', ['-c', pack], { cwd: repo });
  execFileSync('python3', ['-m', 'zipfile', '-c', '../bundle.zip', '.github'], {
    cwd: join(repo, 'stage'),
  });
  rmSync(join(repo, '.git/hooks'), { recursive: true });
  await initRepository(caller, { askNotesPush: () => Promise.resolve(true) }); // without git's own samples
  const commit = (message: string): void => {
    git('add', '-A');
    git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', message);
  };
  commit('one');
  put('repo/a.yml', 'on: evil\n# two\n');
  commit('two');
  git('checkout', '-q', '-b', 'other');
  put(`repo/${F}`, 'on: evil from elsewhere\n');
  commit('three');
  git('checkout', '-q', 'main');
  put(`repo/${F}`, 'on: stashed\n');
  git('stash', '-q');
}

/** The template again, with an index that knows its files. */
export async function copyTemplate(world: World, name: string, modelUrl: string): Promise<Copy> {
  const { dir, repo, caller } = world;
  const to = join(dir, name);
  const env = { ...caller.env, MODEL: modelUrl, npm_config_update_notifier: 'false' };
  // never waited for in a blocking way: the model and the daemon answer from this process
  const sh = (command: string): Promise<string> =>
    new Promise((resolve) => {
      const options = { cwd: to, env, timeout: 10_000 };
      const child = execFile('bash', ['-c', command], options, (_, out, err) =>
        resolve(`${out}${err}`),
      );
      child.stdin?.end();
    });
  await new Promise((resolve) => {
    execFile('cp', ['-a', repo, to], resolve);
  });
  await sh('git update-index -q --refresh');
  return { dir: to, caller: { cwd: to, env: caller.env }, sh };
}
