// A project whose team has hooks of its own: each writes its name into one file, so that a test sees which of them ran.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TeamLab {
  readonly root: string;
  /** The project. */
  readonly repo: string;
  /** A script of the shell. @param cwd the project unless said otherwise. */
  readonly sh: (script: string, cwd?: string) => Ran;
  /** The same of a script that must succeed. @returns standard output, trimmed. */
  readonly must: (script: string, cwd?: string) => string;
  /** @param path below the project, or absolute. */
  readonly write: (path: string, text: string) => void;
  /** Names of the team's hooks that ran since this was asked last. */
  readonly ran: () => readonly string[];
  readonly remove: () => void;
}

/** The folder of the git to take; '' for the one on PATH. */
export const TEST_GIT = process.env['AITRAIL_TEST_GIT'] ?? '';

/** What a hook of the team does. */
export const noteHook = (hook: string): string => `echo ${hook} >> "$TEAM_LOG"`;

/** @param tools folders of programs. */
export function openTeamLab(tools: readonly string[]): TeamLab {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'managers-')));
  const [repo, bin, log] = [join(root, 'repo'), join(root, 'bin'), join(root, 'team.log')];
  for (const made of [repo, bin]) mkdirSync(made);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/aitrail.js')}' "$@"\n`;
  writeFileSync(join(bin, 'aitrail'), program, { mode: 0o755 });
  const path = [bin, TEST_GIT, ...tools, dirname(process.execPath), process.env['PATH'] ?? ''];
  const env = {
    PATH: path.filter(Boolean).join(delimiter),
    HOME: root,
    XDG_CONFIG_HOME: join(root, 'config'),
    XDG_CACHE_HOME: join(root, 'cache'),
    AITRAIL_HOME: join(root, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'protocol.file.allow', // a submodule of a folder
    GIT_CONFIG_VALUE_0: 'always',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    TEAM_LOG: log,
  };
  const sh: TeamLab['sh'] = (script, cwd = repo) => {
    const ran = spawnSync('sh', ['-c', script], { cwd, env, encoding: 'utf8' });
    return { exit: ran.status ?? 128, stdout: ran.stdout, stderr: ran.stderr };
  };
  const must: TeamLab['must'] = (script, cwd) => {
    const { exit, stdout, stderr } = sh(script, cwd);
    if (exit !== 0) throw new Error(`${script}: exit ${String(exit)}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  must('git init -q -b main');
  return {
    root,
    repo,
    sh,
    must,
    write: (name, text) => {
      mkdirSync(dirname(resolve(repo, name)), { recursive: true });
      writeFileSync(resolve(repo, name), text, { mode: 0o755 });
    },
    ran: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
      rmSync(log, { force: true });
      // git hands a configured command the hook's arguments behind its own
      return lines.map((line) => line.split(' ', 1)[0] ?? '').filter(Boolean);
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Mode and bytes of every file below folders, by path: what an uninstall must give back. */
export function bytesOf(
  repo: string,
  folders: readonly string[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const read = (path: string): void => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry === undefined) return;
    if (entry.isDirectory()) for (const name of readdirSync(path)) read(join(path, name));
    else found[path] = `${entry.mode.toString(8)} ${readFileSync(path, 'latin1')}`;
  };
  for (const folder of folders) read(join(repo, folder));
  return found;
}
