// aitrail scan on real files and a real repository.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/scan.ts';
import { arrayAt, numberAt, objectAt, parseJson, stringAt } from '../../src/model/json.ts';
import { fillShape } from './sample.ts';

const PAT = fillShape('ghp_{A36}');
let home: string;
let cwd: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'scan-'));
  cwd = join(home, 'work');
  mkdirSync(cwd);
});
afterEach(() => rmSync(home, { recursive: true }));

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  AITRAIL_HOME: join(home, 'state'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
});

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd, env: environment(), encoding: 'utf8' }).trim();

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly document: unknown;
}

async function scan(
  words: readonly string[],
  options: Record<string, string | boolean> = {},
): Promise<Ran> {
  let stdout = '';
  const exit = await command.run({
    caller: { cwd, env: environment() },
    words,
    options,
    out: {
      write: (text) => (stdout += text),
      writeBytes: () => undefined,
      note: () => undefined,
      progress: () => undefined,
      isColour: false,
      isTty: false,
      isInteractive: false,
    },
  });
  return { exit, stdout, document: parseJson(stdout) };
}

const paths = (ran: Ran): readonly (string | null)[] =>
  arrayAt(ran.document, 'findings').map((one) => stringAt(one, 'path'));

describe('places', () => {
  test.each([
    [
      'after two-byte characters',
      `é = 1\nñ token: ${PAT}\n`,
      { startLine: 2, startColumn: 10, startOffset: 17 },
    ],
    ['after an emoji', `🔑 ${PAT}`, { startLine: 1, startColumn: 3, startOffset: 5 }],
    ['after CRLF', `a\r\nb ${PAT}\r\n`, { startLine: 2, startColumn: 3, startOffset: 5 }],
  ])('%s', async (_, text, want) => {
    write('a.txt', text);
    const ran = await scan(['a.txt'], { json: true });
    const [finding] = arrayAt(ran.document, 'findings');
    expect(finding).toMatchObject(want);
    expect(
      Buffer.from(text)
        .subarray(numberAt(finding, 'startOffset') ?? 0, numberAt(finding, 'endOffset') ?? 0)
        .toString(),
    ).toBe(PAT);
    expect(ran.stdout).not.toContain(PAT.slice(8));
    expect(ran.exit).toBe(1);
  });

  test('in UTF-16 and in bytes that are no UTF-8', async () => {
    write(
      'wide.txt',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`x ${PAT}`, 'utf16le')]),
    );
    write('latin.txt', Buffer.concat([Buffer.from([0xe9, 0x20]), Buffer.from(PAT)]));
    const ran = await scan([], { format: 'json' });
    const starts = new Map(
      arrayAt(ran.document, 'findings').map((one) => [
        stringAt(one, 'path'),
        numberAt(one, 'startOffset'),
      ]),
    );
    expect(starts).toEqual(
      new Map([
        ['latin.txt', 2],
        ['wide.txt', 6],
      ]),
    );
  });
});

describe('what is scanned', () => {
  test('outside a repository: all files but .git, of binaries what a provider documents', async () => {
    write('sub/a.txt', PAT);
    write('.git/config', PAT);
    write('b.bin', Buffer.concat([Buffer.from([0, 1]), Buffer.from(PAT)]));
    write(
      'c.bin',
      Buffer.concat([Buffer.from([0, 1]), Buffer.from(`password = "${PAT.slice(4)}"`)]),
    );
    const ran = await scan([], { json: true });
    expect(paths(ran)).toEqual(['b.bin', 'sub/a.txt']);
  });

  test('in a repository: what git does not ignore, unless named', async () => {
    git('init', '-q');
    write('.gitignore', 'out/\n');
    write('a.txt', PAT);
    write('out/b.txt', PAT);
    expect(paths(await scan([], { json: true }))).toEqual(['a.txt']);
    expect(paths(await scan(['out'], { json: true }))).toEqual(['out/b.txt']);
    expect(paths(await scan(['out/b.txt'], { json: true }))).toEqual(['out/b.txt']);
  });

  test('the index: only added lines, only what is staged', async () => {
    git('init', '-q');
    write('a.txt', `old ${PAT}\n`);
    git('add', '.');
    git('commit', '-qm', 'one');
    const other = fillShape('ghp_{A36}');
    write('a.txt', `old ${PAT}\nnew ${other}\n`);
    git('add', '.');
    write('a.txt', `old ${PAT}\nnew ${other}\nunstaged ${fillShape('ghp_{A36}')}\n`);
    const ran = await scan([], { staged: true, json: true });
    expect(arrayAt(ran.document, 'findings').map((one) => numberAt(one, 'startLine'))).toEqual([2]);
  });

  test('commits: each finding names its commit', async () => {
    git('init', '-q');
    write('a.txt', 'nothing\n');
    git('add', '.');
    git('commit', '-qm', 'one');
    write('a.txt', `x ${PAT}\n`);
    git('commit', '-qam', 'two');
    const bad = git('rev-parse', 'HEAD');
    write('a.txt', 'gone\n');
    git('commit', '-qam', 'three');
    const ran = await scan([], { range: 'HEAD~2..HEAD', json: true });
    expect(arrayAt(ran.document, 'findings').map((one) => stringAt(one, 'commit'))).toEqual([bad]);
    expect((await scan([], { range: 'HEAD' })).exit).toBe(0);
    await expect(scan([], { range: 'nowhere' })).rejects.toMatchObject({
      code: 'NO_SUCH_REVISION',
    });
  });

  test.each(['aitrail', 'gitleaks'])('a line with %s:allow is left', async (tool) => {
    write('a.py', `TOKEN = "${PAT}"  # ${tool}:allow\nOTHER = "${fillShape('ghp_{A36}')}"\n`);
    const ran = await scan([], { json: true });
    expect(arrayAt(ran.document, 'findings').map((one) => numberAt(one, 'startLine'))).toEqual([2]);
  });
});

describe('forms', () => {
  test('text names place and rule and hides every secret of the line', async () => {
    write('a.env', `A=${PAT} B=${fillShape('glpat-{b20}')}\n`);
    const { stdout, exit } = await scan([]);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^a\.env:1:3: github-pat: A=\[github-pat\] B=\[gitlab-pat\]$/m);
    expect(stdout).toMatch(/^2 secrets in 1 file \(1 file, \d+ B scanned\)$/m);
  });

  test('SARIF has what code scanning asks for', async () => {
    write('a b.txt', PAT);
    const { document, stdout } = await scan([], { format: 'sarif' });
    const [run] = arrayAt(document, 'runs');
    const [result] = arrayAt(run, 'results');
    const [location] = arrayAt(result, 'locations');
    const place = objectAt(location, 'physicalLocation');
    expect(stringAt(document, 'version')).toBe('2.1.0');
    expect(stringAt(objectAt(objectAt(run, 'tool'), 'driver'), 'name')).toBe('aitrail');
    expect(objectAt(place, 'artifactLocation')).toEqual({ uri: 'a%20b.txt' });
    expect(objectAt(place, 'region')).toMatchObject({
      startLine: 1,
      startColumn: 1,
      endColumn: 41,
    });
    expect(stdout).not.toContain(PAT);
  });

  test('nothing found is 0 and says so', async () => {
    write('a.txt', 'const token = process.env.TOKEN;\n');
    expect(await scan([])).toMatchObject({
      exit: 0,
      stdout: 'no secrets found (1 file, 33 B scanned)\n',
    });
  });

  test.each([
    [['x'], { staged: true }, 'USAGE'],
    [[], { format: 'xml' }, 'USAGE'],
    [['missing'], {}, 'NO_SUCH_FILE'],
    [[], { staged: true }, 'NOT_A_REPOSITORY'],
  ])('%j %j is %s', async (words, options, code) => {
    await expect(scan(words, options)).rejects.toMatchObject({ code });
  });
});
