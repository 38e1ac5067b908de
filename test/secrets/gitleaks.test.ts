// gitleaks' own files, baselines and the manifest for pre-commit, through the real command on real files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { command } from '../../src/cli/scan.ts';
import { arrayAt, objectAt, parseJson, stringAt } from '../../src/model/json.ts';
import { drawText, fillShape } from './sample.ts';

const PAT = fillShape('ghp_{A36}');
const OTHER = fillShape('ghp_{A36}');
let home: string;
let cwd: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gitleaks-'));
  cwd = join(home, 'work');
  mkdirSync(cwd);
  write('src/a.ts', `const a = "${PAT}";\n`);
  write('vendor/b.ts', `const b = "${OTHER}";\n`);
});
afterEach(() => rmSync(home, { recursive: true }));

const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  AITRAIL_HOME: join(home, 'state'),
  GIT_CONFIG_NOSYSTEM: '1',
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

type Options = Record<string, string | boolean>;

async function scan(
  options: Options = { json: true },
  place: string = cwd,
): Promise<{ readonly exit: number; readonly stdout: string }> {
  let stdout = '';
  const exit = await command.run({
    caller: { cwd: place, env: environment() },
    words: [],
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
  return { exit, stdout };
}

const found = async (options?: Options): Promise<readonly string[]> =>
  arrayAt(parseJson((await scan(options)).stdout), 'findings')
    .map((one) => `${stringAt(one, 'path') ?? ''} ${stringAt(one, 'rule') ?? ''}`)
    .toSorted();

const [A, B] = ['src/a.ts github-pat', 'vendor/b.ts github-pat'];
const PART = PAT.slice(6, 14);

describe('.gitleaks.toml', () => {
  test.each([
    ['nothing', '[extend]\nuseDefault = true\n', [A, B]],
    ['paths', "[allowlist]\npaths = ['''^vendor/''']\n", [A]],
    ['stop words', `[[allowlists]]\nstopwords = ["${PART}"]\n`, [B]],
    ['the secret', `[allowlist]\nregexes = ['''${PART}''']\n`, [B]],
    ['what is not in the secret', "[allowlist]\nregexes = ['const a']\n", [A, B]],
    ['the line', "[allowlist]\nregexTarget = 'line'\nregexes = ['const a']\n", [B]],
    ['another rule', "[[allowlists]]\ntargetRules = ['x']\npaths = ['vendor']\n", [A, B]],
    ['this rule', "[[allowlists]]\ntargetRules = ['github-pat']\npaths = ['vendor']\n", [A]],
    [
      'two checks, one fits',
      "[[allowlists]]\ncondition = 'AND'\npaths = ['a.ts']\nstopwords = ['!']\n",
      [A, B],
    ],
    ['rules off', "[extend]\ndisabledRules = ['github-pat']\n", []],
  ])('lets through: %s', async (_, toml, want) => {
    write('.gitleaks.toml', toml);
    expect(await found()).toEqual(want);
  });

  test('rules of its own: group, entropy, path, allow list', async () => {
    const serial = drawText('A-Z0-9', 24);
    const rule = [
      '[[rules]]',
      'id = "acme-serial"',
      "regex = '''(?i)(acme)_serial\\s*=\\s*([A-Z0-9]{24})'''",
      'secretGroup = 2',
      'entropy = 3.0',
      'keywords = ["acme"]',
      "path = '''\\.ini$'''",
      '[[rules.allowlists]]',
      'stopwords = ["AAAAAAAA"]',
    ];
    write('.gitleaks.toml', rule.join('\n'));
    write('x.ini', `acme_serial = ${serial}\nacme_serial = ${'AB'.repeat(12)}\n`);
    write('x.txt', `acme_serial = ${serial}\n`);
    const own = arrayAt(parseJson((await scan()).stdout), 'findings').filter(
      (one) => stringAt(one, 'rule') === 'acme-serial',
    );
    expect(own).toMatchObject([{ path: 'x.ini', startLine: 1, startColumn: 15, endColumn: 39 }]);
  });

  test.each([
    ['title = "x"\n[[rules]\n', /^\.gitleaks\.toml:2:\d+: /],
    ['[[rules]]\nid = "x"\nregex = "(?=a)"\n', /^\.gitleaks\.toml:3:10: .*look-around/],
    ['[allowlist]\npaths = ["(a"]\n', /^\.gitleaks\.toml:2:11: /],
    ['[extend]\npath = "../base.toml"\n', /^\.gitleaks\.toml:2:9: /],
    ['[[rules]]\nregex = "a"\n', /^\.gitleaks\.toml:1:1: .*id/],
  ])('a mistake is named with its place: %j', async (toml, message) => {
    write('.gitleaks.toml', toml);
    await expect(scan()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

describe('.gitleaksignore', () => {
  test.each([
    ['its own rule', 'src/a.ts:github-pat:1', [B]],
    ['a name of another scanner', '# note\nsrc/a.ts:generic-api-key-x:1\n', [B]],
    ['another rule of ours', 'src/a.ts:gitlab-pat:1', [A, B]],
    ['another line', 'src/a.ts:github-pat:2', [A, B]],
    ['a commit', `${'0'.repeat(40)}:src/a.ts:github-pat:1`, [A, B]],
  ])('%s', async (_, text, want) => {
    write('.gitleaksignore', text);
    expect(await found()).toEqual(want);
  });

  test('paths start at the root wherever the scan starts', async () => {
    execFileSync('git', ['init', '-q'], { cwd, env: environment() });
    write('.gitleaksignore', 'src/a.ts:github-pat:1');
    expect((await scan({ json: true }, join(cwd, 'src'))).exit).toBe(0);
  });
});

describe('--baseline', () => {
  const known = { json: true, baseline: '../known.json' };

  test('what it names is left out, where lines moved too; what is new is not', async () => {
    writeFileSync(join(home, 'known.json'), (await scan()).stdout);
    write('src/a.ts', `// new\nconst a = "${PAT}";\nconst c = "${OTHER}";\n`);
    expect(await found(known)).toEqual([A]);
    write('src/a.ts', `// new\nconst a = "${PAT}";\n`);
    expect((await scan(known)).exit).toBe(0);
  });

  test("gitleaks' report, by line", async () => {
    const report = [{ RuleID: 'generic', File: 'src/a.ts', StartLine: 1 }];
    writeFileSync(join(home, 'known.json'), JSON.stringify(report));
    expect(await found(known)).toEqual([B]);
  });

  test.each([
    ['missing.json', 'NO_SUCH_FILE'],
    ['src/a.ts', 'CONFIG_INVALID'],
  ])('%s is %s', async (file, code) => {
    await expect(scan({ baseline: file })).rejects.toMatchObject({ code });
  });
});

/** Members that SARIF 2.1.0 requires, by the object they are in, and those that GitHub's code scanning asks for. */
const REQUIRED: readonly (readonly [path: string, members: readonly string[]])[] = [
  ['', ['version', 'runs']],
  ['runs', ['tool']],
  ['runs.tool', ['driver']],
  ['runs.tool.driver', ['name', 'rules']],
  ['runs.tool.driver.rules', ['id']],
  ['runs.tool.driver.rules.shortDescription', ['text']],
  ['runs.results', ['message', 'ruleId', 'locations', 'partialFingerprints']],
  ['runs.results.message', ['text']],
  ['runs.results.locations.physicalLocation.artifactLocation', ['uri']],
  ['runs.results.locations.physicalLocation.region', ['startLine']],
];

const nodesAt = (root: unknown, path: string): readonly unknown[] =>
  path
    .split('.')
    .filter((key) => key !== '')
    .reduce<readonly unknown[]>(
      (nodes, key) =>
        nodes.flatMap((node) => {
          const list = arrayAt(node, key);
          return list.length > 0 ? list : [objectAt(node, key)];
        }),
      [root],
    );

test.each(REQUIRED)('SARIF: every %s has %j', async (path, members) => {
  const nodes = nodesAt(parseJson((await scan({ format: 'sarif' })).stdout), path);
  expect(nodes.length).toBeGreaterThan(0);
  for (const node of nodes)
    expect(Object.keys(node ?? {})).toEqual(expect.arrayContaining([...members]));
});

const fingerprints = async (): Promise<readonly string[]> =>
  nodesAt(
    parseJson((await scan({ format: 'sarif' })).stdout),
    'runs.results.partialFingerprints',
  ).map((one) => stringAt(one, 'aitrail/v1') ?? '');

test('fingerprints stay where lines move', async () => {
  const before = await fingerprints();
  write('src/a.ts', `\n\nconst a = "${PAT}";\n`);
  expect((await fingerprints()).toSorted()).toEqual(before.toSorted());
  expect(before).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.anything()]);
});

test('the manifest for pre-commit names a command that refuses a staged secret', async () => {
  const manifest: unknown = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8'));
  const [hook] = arrayAt({ all: manifest }, 'all');
  expect(hook).toMatchObject({ id: 'aitrail-scan', language: 'node', pass_filenames: false });
  const [program, name, ...flags] = (stringAt(hook, 'entry') ?? '').split(' ');
  expect([program, name, flags]).toEqual(['aitrail', command.name, ['--staged']]);
  execFileSync('git', ['init', '-q'], { cwd, env: environment() });
  execFileSync('git', ['add', 'src'], { cwd, env: environment() });
  expect((await scan({ staged: true })).exit).toBe(1);
});

test('keywords of a rule in the configuration: only lines that hold one are looked at', async () => {
  const rule = { id: 'badge', pattern: 'no=([0-9]{9})', keywords: ['Badge'] };
  write('.aitrailrc.json', JSON.stringify({ secrets: { rules: [rule] } }));
  write('b.txt', 'badge no=123456789\nticket no=123456789\n');
  execFileSync('git', ['init', '-q'], { cwd, env: environment() });
  const { stdout } = await scan();
  const own = arrayAt(parseJson(stdout), 'findings').filter(
    (one) => stringAt(one, 'rule') === 'badge',
  );
  expect(own).toMatchObject([{ path: 'b.txt', startLine: 1 }]);
});
