// Errors that need something broken: an installation that lacks a part, a daemon that dies, others who are always first.
// And no code without a test that meets it.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexOf } from '../../src/attest/read-fields.ts';
import { takeLock } from '../../src/daemon/run-lock.ts';
import { spawnDaemon } from '../../src/daemon/spawn-daemon.ts';
import { alone } from '../../src/flow/alone.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { writeNotes } from '../../src/git/notes-write.ts';
import { writeState } from '../../src/git/state-file.ts';
import { FAULTS } from '../../src/model/faults.ts';
import { openLab } from '../attest/lab.ts';

let dir = '';
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'faults-')));
});
afterAll(() => rmSync(dir, { recursive: true }));

const LIES_IN_TESTS = /\.(?:tsx?|txt)$/;

test('every code of the table is met by a test', () => {
  const own = resolve(import.meta.filename);
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((path) => resolve('test', path))
    .filter((path) => LIES_IN_TESTS.test(path) && path !== own)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  // what this file meets stands in its own tests, in quotes
  const here = readFileSync(own, 'utf8');
  const missing = Object.keys(FAULTS).filter(
    (code) => !new RegExp(String.raw`\b${code}\b`).test(tests) && !here.includes(`'${code}'`),
  );
  expect(missing).toEqual([]);
});

describe('an installation that lacks', () => {
  let place = '';
  beforeAll(() => {
    place = join(dir, 'installed');
    mkdirSync(join(place, 'node_modules'), { recursive: true });
    for (const part of ['package.json', 'bin', 'dist/bundle'])
      cpSync(part, join(place, part), { recursive: true });
    for (const name of readdirSync('node_modules'))
      if (name !== 'pg' && name !== '@node-saml')
        symlinkSync(resolve('node_modules', name), join(place, 'node_modules', name));
    mkdirSync(join(dir, 'config', 'aitrail'), { recursive: true });
  });

  const aitrail = (...words: readonly string[]) =>
    spawnSync(process.execPath, [join(place, 'bin/aitrail.js'), ...words], {
      cwd: dir,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: dir,
        XDG_CONFIG_HOME: join(dir, 'config'),
        AITRAIL_HOME: join(dir, 'state'),
        TMPDIR: dir,
      },
      encoding: 'utf8',
      timeout: 60_000,
    });

  test('the pages', () => {
    const { status, stderr } = aitrail('ui', '--no-open');
    expect([status, /\((\w+)\)/.exec(stderr)?.[1]]).toEqual([3, 'PAGES_MISSING']);
  });

  test('the package of a team’s database', () => {
    const config = join(dir, 'config', 'aitrail', 'config.yaml');
    writeFileSync(config, 'store: { url: "postgres://nobody@127.0.0.1:1/x" }\n');
    const { status, stderr } = aitrail('sessions');
    rmSync(config);
    expect([status, /\((\w+)\)/.exec(stderr)?.[1]]).toEqual([3, 'PEER_MISSING']);
    expect(stderr).toContain('fix: install it beside aitrail: npm install --global pg');
  });

  test('the package of a team’s login', () => {
    const [file, certificate] = [join(dir, 'team.yaml'), join(dir, 'idp.pem')];
    writeFileSync(certificate, 'none that anybody would get to read');
    writeFileSync(
      file,
      `store: { url: "postgres://nobody@127.0.0.1:1/x" }
gateway: { listen: "127.0.0.1:0", url: "https://gateway.example" }
identity:
  saml: { issuer: idp, entryPoint: "https://idp.example/sso", certificate: ${certificate} }
`,
    );
    const { status, stderr } = aitrail('gateway', '--config', file);
    expect([status, /\((\w+)\)/.exec(stderr)?.[1]]).toEqual([3, 'PEER_MISSING']);
    expect(stderr).toContain('npm install --global @node-saml/node-saml');
  });

  test('the hooks', () => {
    const { status, stderr } = aitrail('demo');
    expect([status, /\((\w+)\)\n/.exec(stderr)?.[1]]).toEqual([3, 'DEMO_BROKEN']);
  });
});

test('a daemon that ends before it answers, without an error of ours', async () => {
  const script = join(dir, 'dies.mjs');
  writeFileSync(script, 'process.stderr.write("out of luck"); process.exitCode = 7;');
  const program = { script, args: [], env: { PATH: process.env['PATH'] ?? '' }, home: dir };
  await expect(spawnDaemon(program, () => Promise.resolve(null))).rejects.toMatchObject({
    code: 'DAEMON_UNREACHABLE',
    message: 'the daemon ended: out of luck',
  });
});

test('an init beside another one that does not end', async () => {
  const path = join(dir, 'busy', 'lock');
  const lock = await takeLock(path, 0, () => Promise.resolve(true));
  await expect(alone(path, () => Promise.resolve(1), 10)).rejects.toMatchObject({
    code: 'SET_UP_BUSY',
  });
  await lock?.release();
  expect(await alone(path, () => Promise.resolve(1), 10)).toBe(1);
});

test('a note where somebody else holds the ref', async () => {
  const lab = openLab();
  const commit = lab.commit('a', 'a\n');
  lab.git('notes', '--ref=aitrail', 'add', '-m', 'theirs', 'HEAD');
  const lock = join(lab.repo, '.git/refs/notes/aitrail.lock');
  writeFileSync(lock, '');
  const repository = await openRepository(lab.caller);
  const write = () => writeNotes(repository, [{ commit, text: 'ours' }], { triesMax: 2 });
  await expect(write()).rejects.toMatchObject({ code: 'NOTES_RACE' });
  expect(lab.git('notes', '--ref=aitrail', 'show', 'HEAD')).toBe('theirs');
  rmSync(lock);
  await write();
  expect(lab.git('notes', '--ref=aitrail', 'show', 'HEAD')).toBe('ours');
  rmSync(dirname(lab.repo), { recursive: true });
});

test('a place that takes no files, from its owner either', async () => {
  // root may write wherever the kernel lets anybody
  await expect(writeState('/sys/aitrail/x', 'x')).rejects.toMatchObject({
    code: 'STATE_UNWRITABLE',
  });
});

test('a statement with a digest that is none', () => {
  expect(() => hexOf({ sha256: 'ABC' }, 'sha256', [64])).toThrow(
    expect.objectContaining({ code: 'NOTE_MALFORMED' }),
  );
});
