// What every command owes whoever types it: an example of itself in --help, one JSON document where --json is asked for, and
// no escape in a pipe.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arrayAt, objectAt, stringAt } from '../../src/model/json.ts';
import { openLab, type Lab } from '../attest/lab.ts';
import { record } from '../hooks/record.ts';
import { listCommands } from './listed-commands.ts';

const specs = listCommands();

test('there are commands', () => expect(specs.length).toBeGreaterThan(40));

test.each(specs)('$name has an example of itself and one line that says what it does', (spec) => {
  expect(`${spec.example} `.startsWith(`${spec.name} `)).toBe(true);
  expect(spec.summary).toMatch(/^[^\n]+[^.\n]$/);
});

describe('with --json, in a pipe', { timeout: 120_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = openLab();
    await record(lab, 'a.js', 'export const a = [1, 2, 3];\n');
    lab.commit('a.js', 'export const a = [1, 2, 3];\n');
    writeFileSync(join(lab.repo, 'report.sarif'), '{"version":"2.1.0","runs":[]}');
  });
  afterAll(() => rmSync(dirname(lab.repo), { recursive: true }));

  const aitrail = (words: readonly string[], node: readonly string[] = []) =>
    spawnSync(process.execPath, [...node, resolve('bin/aitrail.js'), ...words], {
      cwd: lab.repo,
      env: { ...lab.env, FORCE_COLOR: '1', CLICOLOR_FORCE: '1' },
      encoding: 'utf8',
    });

  test.each([
    'init',
    'sessions',
    'search rows',
    'show HEAD',
    'blame a.js',
    'stats',
    'policy explain',
    'approvals list',
    'verify HEAD',
    'identity show',
    'log verify',
    'log events',
    'doctor',
    'scan .',
    'proxy status',
    'credentials list',
    'report --since 1d',
    'incident AITRAIL_github_pat_0a1b2c3d',
    'trace --sarif report.sarif',
  ])('aitrail %s', (line) => {
    const ran = aitrail([...line.split(' '), '--json']);
    expect(ran.stdout + ran.stderr).not.toContain('\u001B');
    const document: unknown = JSON.parse(ran.stdout);
    expect(stringAt(document, 'schema'), ran.stderr).toMatch(/^aitrail\.[a-z-]+\/\d$/);
  });

  test('who reads recordings is in the log, also who goes on reading until the end', async () => {
    const child = spawn(process.execPath, [resolve('bin/aitrail.js'), 'export', '--follow'], {
      cwd: lab.repo,
      env: lab.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const { stdout } = aitrail(['log', 'events', '--kind', 'read', '--json']);
    const verbs = arrayAt(JSON.parse(stdout), 'events').map((event) =>
      stringAt(objectAt(event, 'detail'), 'verb'),
    );
    const reading = ['search', 'show', 'report', 'incident', 'trace', 'export'];
    expect(verbs).toEqual(expect.arrayContaining(reading));
  });

  test.each([
    ['QUERY_INVALID', 2, ['search', 'user:']],
    ['LOG_FOREIGN', 1, ['log', 'consistency', '--since', 'a.js']],
    ['NO_SUCH_REVISION', 2, ['show', 'nothing-of-that-name']],
  ])('%s is two lines and exit status %i', (code, exit, words) => {
    const ran = aitrail(words);
    expect(ran.stderr).toMatch(new RegExp(`^aitrail: [^\n]+ \\(${code}\\)\n {2}fix: [^\n]+\n$`));
    expect(ran.status).toBe(exit);
  });

  test('NODE_TOO_OLD is said before anything else is loaded', () => {
    const old = "Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } })";
    const ran = aitrail(
      ['--version'],
      ['--import', `data:text/javascript,${encodeURIComponent(old)}`],
    );
    expect(ran.stderr).toContain('Node 18.20.0 is too old (NODE_TOO_OLD)');
    expect(ran.status).toBe(2);
  });
});
