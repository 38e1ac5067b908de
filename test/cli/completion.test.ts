// What TAB offers: by the table of commands, and as bash, zsh and fish themselves show it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { complete } from '../../src/cli/complete.ts';
import { newSession, openHere } from '../store/store-kit.ts';

const command = (name: string, usage: string, more: Partial<CommandSpec> = {}): CommandSpec => ({
  name,
  usage,
  summary: name,
  options: [],
  example: name,
  run: () => Promise.resolve(0),
  ...more,
});

const json = { flags: '--json', description: 'one JSON document' };
const specs: readonly CommandSpec[] = [
  command('proxy start', ''),
  command('proxy stop', ''),
  command('proxy status', '', { options: [json] }),
  command('proxy logs', '', { options: [{ flags: '-n, --lines <count>', description: '' }] }),
  command('sessions', ''),
  command('sessions stop', '<session>'),
  command('prove', '<exchange>'),
  command('show', '<record>', {
    options: [{ flags: '--raw <side>', description: '', values: ['request', 'response'] }],
  }),
  command('verify', '[range]', {
    options: [
      { flags: '--format <name>', description: '', values: ['text', 'github', 'gitlab'] },
      { flags: '--trust-ref <ref>', description: '' },
    ],
  }),
  command('scan', '[path...]'),
  command('completion', '<shell>', { values: ['bash', 'zsh'] }),
];
const summaries = new Map([['proxy', 'the daemon']]);

const offered = (...words: readonly string[]): string => {
  const { candidates, kinds } = complete(specs, summaries, words);
  return [...candidates.map(({ word }) => word), ...kinds.map((kind) => `:${kind}`)].join(' ');
};

test.each([
  [['prox'], 'proxy'],
  [['proxy', 'st'], 'start stop status'],
  [['proxy', 'status', '-'], '--json --help'],
  [['sessions', ''], 'stop'],
  [['sessions', 'stop', ''], ':session'],
  [['prove', ''], ':exchange'],
  [['show', ''], ':record :revision :file'],
  [['show', '--raw', 're'], 'request response'],
  [['show', '--raw', 'request', ''], ':record :revision :file'],
  [['verify', '--format', 'g'], 'github gitlab'],
  [['verify', '--format=git'], 'github gitlab'],
  [['verify', '--format', '=', 'gith'], 'github'],
  [['verify', '--format', '='], 'text github gitlab'],
  [['verify', '--trust-ref', ''], ':revision'],
  [['proxy', 'logs', '-n', ''], ''],
  [['scan', 'a', ''], ':file'],
  [['completion', 'z'], 'zsh'],
  [['nonsense', ''], ''],
  [['--v'], '--version'],
])('aitrail %j', (words, want) => expect(offered(...words)).toBe(want));

test('a name that has verbs says what it is about', () =>
  expect(complete(specs, summaries, ['prox']).candidates).toEqual([
    { word: 'proxy', meaning: 'the daemon' },
  ]));

/** Where the shell is not installed its test says so. */
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

describe('in the shells', { timeout: 60_000 }, () => {
  let dir: string;
  let session: string;
  beforeAll(async () => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'completion-')));
    const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/aitrail.js')}' "$@"\n`;
    writeFileSync(join(dir, 'aitrail'), program, { mode: 0o755 });
    const store = await openHere(join(dir, 'state'));
    session = await newSession(store);
    await store.close();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const ask = (shell: string, args: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(shell, args, {
      cwd: dir,
      env: {
        PATH: [dir, process.env['PATH'] ?? ''].join(delimiter),
        HOME: dir,
        AITRAIL_HOME: join(dir, 'state'),
        TERM: 'dumb',
      },
      encoding: 'utf8',
      timeout: 50_000,
    });
    return `${stdout}${stderr}`;
  };

  const bash = (...words: readonly string[]): string =>
    ask('bash', [
      '-c',
      `source <(aitrail completion bash); COMP_WORDS=(aitrail "$@"); COMP_CWORD=$#; _aitrail; echo "\${COMPREPLY[@]}"`,
      'bash',
      ...words,
    ]).trim();

  const fish = (line: string): string =>
    ask('fish', ['-c', `aitrail completion fish | source; complete -C '${line}'`]);

  test('bash', () => {
    expect(bash('proxy', 'st')).toBe('start stop status');
    expect(bash('sessions', 'stop', session.slice(0, 3))).toBe(session);
  });

  test.skipIf(!has('fish'))('fish', () => {
    expect(fish('aitrail proxy sto').trim()).toMatch(/^stop\tlet the daemon finish/);
    expect(fish('aitrail sessions stop ')).toContain(session);
  });

  test.skipIf(!has('zsh'))('zsh, typed on a terminal', () => {
    const typed = `
      zmodload zsh/zpty
      zpty -b inner zsh -f -i
      zpty -w inner 'PS1="ready> "; autoload -U compinit; compinit -u -D; source <(aitrail completion zsh); echo "o""k"'
      zpty -r -m inner seen '*ok*'
      zpty -w inner $'aitrail proxy statu\\t'
      zpty -r -m inner seen '*not running*'
      print -r -- "$seen"
      zpty -d inner`;
    expect(ask('zsh', ['-f', '-c', typed])).toContain('not running');
  });
});
