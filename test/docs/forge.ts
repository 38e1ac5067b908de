// A forge without hooks or notes: a bare repository that a developer with aitrail pushes to, and machines that only clone it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { openLab, type Lab } from '../attest/lab.ts';
import { record } from '../hooks/record.ts';

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly text: string;
}

export interface Machine {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Forge {
  /** The developer's. */
  readonly lab: Lab;
  readonly root: string;
  readonly remote: string;
  /** The forge's own work, no hooks, no notes, pushed to main. @returns the new tip. */
  readonly work: (...steps: readonly string[]) => string;
  /** A branch with an agent's work on it and a person's, pushed with its notes and as the forge's ref of a request. */
  readonly offer: (branch: Branch, path: string, text: string) => Promise<void>;
  /** A clone on a machine that knows nothing, with the program installed. */
  readonly machine: () => Machine;
  readonly close: () => void;
}

type Branch = keyof typeof REQUESTS;
const REQUESTS = { one: 'refs/pull/7/head', two: 'refs/merge-requests/8/head' } as const;

export function sh(cwd: string, env: Readonly<Record<string, string>>, script: string): Ran {
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { exit: status, stdout, text: stdout + stderr };
}

/** The developer trusts their own key and one of CI's, `ci-key` in the root. */
export async function openForge(): Promise<Forge> {
  const lab = openLab();
  const root = realpathSync(dirname(lab.repo));
  const remote = join(root, 'remote.git');
  lab.git('init', '-q', '--bare', '-b', 'main', remote);
  lab.git('remote', 'add', 'origin', remote);
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  sh(root, lab.env, 'ssh-keygen -q -t ed25519 -N "" -C "" -f ci-key');
  const ciKey = readFileSync(join(root, 'ci-key.pub'), 'utf8').trim();
  const ownKey = readFileSync(join(lab.home, 'keys', 'signing.pub'), 'utf8').trim();
  lab.commit('.aitrail/allowed_signers', `alice@example.com ${ownKey}\nci ${ciKey}\n`);
  lab.git('push', '-q', 'origin', 'main');
  return {
    lab,
    root,
    remote,
    work: (...steps) => work({ lab, root, remote }, steps),
    offer: async (branch, path, text) => {
      lab.git('switch', '-q', '-c', branch, 'main');
      await record(lab, path, text);
      lab.commit(path, text);
      lab.commit(`${branch}.md`, 'Somebody wrote this by hand, and nobody recorded it.\n');
      lab.git('push', '-q', 'origin', branch, `${branch}:${REQUESTS[branch]}`);
    },
    machine: () => makeMachine(root, remote),
    close: () => rmSync(root, { recursive: true }),
  };
}

function work(
  { lab, root, remote }: Pick<Forge, 'lab' | 'root' | 'remote'>,
  steps: readonly string[],
): string {
  const script = [
    `git clone -q -c core.hooksPath=none '${remote}' .`,
    'git config user.name Forge',
    'git config user.email forge@example.com',
    ...steps,
    'git push -q origin main',
    'git rev-parse HEAD',
  ];
  const place = mkdtempSync(join(root, 'forge-'));
  return sh(place, lab.env, script.join('\n')).stdout.trim().split('\n').at(-1) ?? '';
}

function makeMachine(root: string, remote: string): Machine {
  const home = mkdtempSync(join(root, 'ci-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/aitrail.js')}' "$@"\n`;
  writeFileSync(join(bin, 'aitrail'), program, { mode: 0o755 });
  const env = {
    PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    CI: 'true',
  };
  const cloned = sh(home, env, `git clone -q '${remote}' project`);
  if (cloned.exit !== 0) throw new Error(cloned.text);
  return { cwd: join(home, 'project'), env };
}
