// Hook managers as their makers ship them, and what git itself has: how each is had, and how a project sets it up.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { noteHook, TEST_GIT, type TeamLab } from './lab.ts';

/** The team's hooks that every manager has. */
export const TEAM_HOOKS = ['pre-commit', 'post-commit', 'pre-push'] as const;

export type Tools =
  /** Folders of programs. */
  | { readonly kind: 'here'; readonly folders: readonly string[] }
  | { readonly kind: 'missing'; readonly why: string };

export interface Manager {
  readonly name: string;
  readonly get: () => Tools;
  /** What the project's files and configuration hold of it. */
  readonly setUp: (lab: TeamLab) => void;
  /** What everybody does once per clone and worktree, and again whenever they like. */
  readonly install: (lab: TeamLab, cwd: string) => void;
}

const HERE: Tools = { kind: 'here', folders: [] };
const nothing = (): void => undefined;

export const MANAGERS: readonly Manager[] = [
  {
    name: 'husky 9',
    get: () => fromNpm('husky', '9'),
    setUp: ({ write }) => {
      for (const hook of TEAM_HOOKS) write(`.husky/${hook}`, `${noteHook(hook)}\n`);
    },
    install: ({ must }, cwd) => void must('husky', cwd),
  },
  {
    name: 'lefthook 2',
    get: () => fromNpm('lefthook', '2'),
    setUp: ({ write }) =>
      write(
        'lefthook.yml',
        TEAM_HOOKS.map(
          (hook) => `${hook}:\n  commands:\n    team:\n      run: ${noteHook(hook)}\n`,
        ).join(''),
      ),
    install: ({ must }, cwd) => void must('lefthook install', cwd),
  },
  {
    name: 'pre-commit',
    get: fromPypi,
    setUp: ({ write }) => write('.pre-commit-config.yaml', preCommitConfig()),
    install: ({ must }, cwd) =>
      void must(`pre-commit install ${TEAM_HOOKS.map((hook) => `-t ${hook}`).join(' ')}`, cwd),
  },
  {
    name: 'plain files',
    get: () => HERE,
    setUp: nothing,
    install: ({ must, write }, cwd) => {
      const folder = must('git rev-parse --path-format=absolute --git-path hooks', cwd);
      for (const hook of TEAM_HOOKS) {
        const path = join(folder, hook);
        if (must(`[ -e '${path}' ] || echo no`, cwd) === 'no')
          write(path, `#!/bin/sh\n${noteHook(hook)}\n`);
      }
    },
  },
  {
    name: 'core.hooksPath of the user',
    get: () => HERE,
    setUp: ({ must, write, root }) => {
      for (const hook of TEAM_HOOKS)
        write(join(root, 'hooks', hook), `#!/bin/sh\n${noteHook(hook)}\n`);
      must(`git config --global core.hooksPath '${join(root, 'hooks')}'`);
    },
    install: nothing,
  },
  {
    name: 'hooks of git’s configuration',
    get: fromGit,
    setUp: ({ must }) => {
      for (const hook of TEAM_HOOKS) {
        must(`git config --global hook.team-${hook}.command '${noteHook(hook)}'`);
        must(`git config --global --add hook.team-${hook}.event ${hook}`);
      }
    },
    install: nothing,
  },
  {
    name: 'hooks of git’s configuration in the repository, beside files',
    get: fromGit,
    setUp: nothing,
    install: ({ must, write }, cwd) => {
      must(`git config set hook.team.command '${noteHook('pre-commit')}'`, cwd);
      must('git config set hook.team.event pre-commit', cwd);
      const folder = must('git rev-parse --path-format=absolute --git-path hooks', cwd);
      for (const hook of ['post-commit', 'pre-push']) {
        const path = join(folder, hook);
        if (must(`[ -e '${path}' ] || echo no`, cwd) === 'no')
          write(path, `#!/bin/sh\n${noteHook(hook)}\n`);
      }
    },
  },
];

function preCommitConfig(): string {
  const hooks = TEAM_HOOKS.map(
    (hook) => `      - id: team-${hook}
        name: team ${hook}
        language: system
        entry: sh -c '${noteHook(hook)}'
        always_run: true
        pass_filenames: false
        stages: [${hook}]
`,
  );
  return `repos:\n  - repo: local\n    hooks:\n${hooks.join('')}`;
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'tools-'));

const tail = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.message.trim().split('\n').at(-1) ?? '') : '';

/** Their scripts do not run: lefthook's would install hooks here. */
function fromNpm(name: string, version: string): Tools {
  const folder = newFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`];
  try {
    execFileSync('npm', args, { cwd: folder, stdio: 'pipe' });
  } catch (thrown) {
    return { kind: 'missing', why: `npm has no ${name}: ${tail(thrown)}` };
  }
  return { kind: 'here', folders: [join(folder, 'node_modules', '.bin')] };
}

function fromPypi(): Tools {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    execFileSync(join(folder, 'bin', 'pip'), ['install', '-q', 'pre-commit'], { stdio: 'pipe' });
  } catch (thrown) {
    return { kind: 'missing', why: `pip has no pre-commit: ${tail(thrown)}` };
  }
  return { kind: 'here', folders: [join(folder, 'bin')] };
}

function fromGit(): Tools {
  const PATH = [TEST_GIT, process.env['PATH'] ?? ''].filter(Boolean).join(delimiter);
  const said = execFileSync('git', ['version'], { env: { PATH }, encoding: 'utf8' });
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said) ?? [];
  return Number(major) > 2 || Number(minor) >= 54
    ? HERE
    : { kind: 'missing', why: `this is ${said.trim()}: 2.54 it takes (AITRAIL_TEST_GIT)` };
}
