import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import { findRepository } from '../../src/git/open-repository.ts';
import type { Caller } from '../../src/model/caller.ts';

interface World {
  readonly caller: Caller;
  readonly root: string;
  readonly git: (...args: string[]) => void;
  readonly put: (files: Readonly<Record<string, string>>) => void;
}

/** A repository and a home, both new. */
function makeWorld(): World {
  const dir = mkdtempSync(join(tmpdir(), 'config-'));
  const root = join(dir, 'repo');
  mkdirSync(root);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(dir, 'home'),
    XDG_CONFIG_HOME: join(dir, 'config'),
    AITRAIL_POLICY: join(dir, 'organisation.yaml'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const put = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      const path = name === 'user' ? join(dir, 'config/aitrail/config.yaml') : join(root, name);
      const place = name === 'organisation' ? env.AITRAIL_POLICY : path;
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    }
  };
  put({ organisation: '' });
  const git = (...args: string[]): void =>
    void execFileSync('git', args, { cwd: root, env, stdio: 'ignore' });
  git('init', '-q', '-b', 'main');
  return { caller: { cwd: root, env }, root, git, put };
}

const load = async (world: World): ReturnType<typeof loadPolicy> =>
  loadPolicy(world.caller, await findRepository(world.caller));

const failure = async (world: World): Promise<string> => {
  try {
    await load(world);
    return 'fine';
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown
      ? `${String(thrown.code)} ${thrown.message}`
      : String(thrown);
  }
};

/** Without its end. */
const SAML = '{ issuer: x, entryPoint: "https://idp.example/sso", certificate: /idp.pem';

const RC = '.aitrailrc.yaml';

test('a change cannot name who approves it: groups count as they stand in the base', async () => {
  const world = makeWorld();
  world.put({ [RC]: 'groups: { leads: [bob@example.com] }\n' });
  world.git('add', '.');
  world.git('commit', '-qm', 'base');
  world.put({ [RC]: 'groups: { leads: [mallory@example.com], more: [mallory@example.com] }\n' });
  expect((await load(world)).groups).toEqual({ leads: ['bob@example.com'] });
});

test.each([
  [
    'unknown key',
    { [RC]: 'mode: enforce\nsecrets:\n  onRespons: mask\n' },
    'CONFIG_INVALID .aitrailrc.yaml:3:3: unknown key secrets.onRespons',
  ],
  [
    'a key of a later version',
    { [RC]: 'storage: x\n' },
    'CONFIG_INVALID .aitrailrc.yaml:1:1: unknown key storage',
  ],
  [
    'approvers of a rule that asks nobody',
    { [RC]: 'protect:\n  - { paths: [a], action: block, approvers: [a@example.com] }\n' },
    'CONFIG_INVALID .aitrailrc.yaml:2:5: protect.0: approvers are for action: approve',
  ],
  [
    'groups of one’s own',
    { user: 'groups: { leads: [me@example.com] }\n' },
    /^CONFIG_INVALID \S+config\.yaml:1:11: groups: the repository or the organisation names the groups/,
  ],
  [
    'a longer wait in a clone',
    { [RC]: 'approvals: { expire: 2h }\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:14: approvals.expire: 2h is longer than what holds',
  ],
  [
    'wrong word',
    { [RC]: 'mode: on\n' },
    'CONFIG_INVALID .aitrailrc.yaml:1:1: mode: must be enforce | observe',
  ],
  [
    'wrong type',
    { [RC]: 'protect: yes\n' },
    'CONFIG_INVALID .aitrailrc.yaml:1:1: protect: must be an array',
  ],
  [
    'in a list',
    { [RC]: 'protect:\n  - { paths: [a], action: block }\n  - { paths: [], action: block }\n' },
    'CONFIG_INVALID .aitrailrc.yaml:3:7: protect.1.paths: must not be empty',
  ],
  [
    'missing',
    { [RC]: 'protect:\n  - { paths: [a] }\n' },
    'CONFIG_INVALID .aitrailrc.yaml:2:5: protect.0.action: must be block | approve | warn',
  ],
  [
    'a JSONPath with a filter',
    { [RC]: 'rules:\n  - { name: a, on: http, mask: ["$.a", "$[?@.b]"], action: mask }\n' },
    'CONFIG_INVALID .aitrailrc.yaml:2:40: rules.0.mask.1: must be a JSONPath of names, indexes, `*` and `..`',
  ],
  [
    'mask on a conversation',
    { [RC]: 'rules:\n  - { name: a, on: text, match: x, mask: ["$.a"], action: mask }\n' },
    'CONFIG_INVALID .aitrailrc.yaml:2:5: rules.0: action: mask is for on: http, without match',
  ],
  [
    'action mask without places',
    { [RC]: 'rules:\n  - { name: a, on: http, path: /x, action: mask }\n' },
    'CONFIG_INVALID .aitrailrc.yaml:2:5: rules.0: mask and action: mask go together',
  ],
  ['no YAML', { [RC]: 'mode: [\n' }, /^CONFIG_INVALID \.aitrailrc\.yaml:\d+:\d+: /],
  [
    'a key twice',
    { [RC]: 'mode: enforce\nmode: observe\n' },
    'CONFIG_INVALID .aitrailrc.yaml:2:1: Map keys must be unique',
  ],
  [
    'not a mapping',
    { [RC]: 'hello\n' },
    'CONFIG_INVALID .aitrailrc.yaml:1:1: the file: must be an object',
  ],
  [
    'JSON',
    { '.aitrailrc.json': '{\n  "mode": 1\n}\n' },
    'CONFIG_INVALID .aitrailrc.json:2:3: mode: must be enforce | observe',
  ],
  [
    'package.json',
    { 'package.json': '{\n  "aitrail": {\n    "mood": "x"\n  }\n}\n' },
    'CONFIG_INVALID package.json:3:5: unknown key mood',
  ],
  ['a package.json of somebody else', { 'package.json': '{ "name": "x" }' }, 'fine'],
  ['a broken package.json', { 'package.json': '{' }, 'fine'],
  [
    'bad upstream',
    { user: 'connections:\n  x: { protocol: openai, upstream: "file:///etc" }\n' },
    /config\.yaml:2:\d+: connections\.x\.upstream: must be an http/,
  ],
  [
    'upstream with a password',
    { user: 'connections:\n  x: { protocol: openai, upstream: "https://u:p@h" }\n' },
    /must be an http or https URL without user/,
  ],
  [
    'clone redirects',
    {
      [RC]: 'connections:\n  anthropic: { protocol: anthropic-messages, upstream: "http://evil.example" }\n',
    },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: connections: a clone cannot say where requests go',
  ],
  [
    'clone chooses the key',
    { [RC]: 'signing: file\n' },
    /^CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: signing/,
  ],
  [
    'clone keeps secrets',
    { [RC]: 'secrets:\n  vault: true\n' },
    /^CONFIG_NOT_YOURS .aitrailrc.yaml:2:3: secrets.vault/,
  ],
  [
    'clone loosens',
    { [RC]: 'secrets:\n  onResponse: warn\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:2:3: secrets.onResponse: warn is looser than mask',
  ],
  ['clone observes', { [RC]: 'mode: observe\n' }, /^CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: mode/],
  [
    'clone forwards',
    { [RC]: 'onStoreError: forward\n' },
    /^CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: onStoreError/,
  ],
  [
    'clone sends news elsewhere',
    { [RC]: 'notify: [{ on: [block], url: "https://h.example/x", secret: keyring }]\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: notify: a clone cannot say where news of your work go',
  ],
  [
    'clone with a store',
    { [RC]: 'store: postgres://a@h/b\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: store: a clone cannot say where recordings go',
  ],
  [
    'clone with a gateway',
    { [RC]: 'gateway: { listen: "0.0.0.0:443" }\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: gateway: a clone cannot say where recordings go',
  ],
  [
    'clone that reports',
    { [RC]: 'reporting: https://h.example\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: reporting: a clone cannot say where recordings go',
  ],
  [
    'reports in the clear',
    { user: 'reporting: http://h.example\n' },
    /^CONFIG_INVALID .*config\.yaml:1:1: reporting: must be the https URL of a gateway/,
  ],
  [
    'SAML with tokens for ever',
    { user: `identity: { saml: ${SAML}, lifetime: 25h } }\n` },
    /^CONFIG_INVALID .*config\.yaml:1:\d+: identity\.saml\.lifetime: must be at most 24h/,
  ],
  [
    'SAML over plain HTTP',
    { user: `identity: { saml: ${SAML.replace('https', 'http')} } }\n` },
    /^CONFIG_INVALID .*config\.yaml:1:\d+: identity\.saml\.entryPoint: must be an https URL/,
  ],
  [
    'clone with a SAML provider',
    { [RC]: `identity: { saml: ${SAML} } }\n` },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: identity: a clone cannot say who you are',
  ],
  [
    'gateway reached by plain HTTP',
    { user: 'gateway: { url: "http://gateway.example" }\n' },
    /^CONFIG_INVALID .*config\.yaml:1:12: gateway\.url: must be https:\/\/HOST/,
  ],
  [
    'gateway that listens nowhere',
    { user: 'gateway: { listen: nowhere }\n' },
    /^CONFIG_INVALID .*config\.yaml:1:12: gateway.listen: must be HOST:PORT/,
  ],
  [
    'second store',
    { organisation: 'store: postgres://a@h/b\n', user: 'store: postgres://a@other/b\n' },
    /^CONFIG_NOT_YOURS .*config\.yaml:1:1: store: the organisation has said it/,
  ],
  [
    'store with a password in its URL',
    { user: `store: postgres://a:${'x'.repeat(8)}@h/b\n` },
    /^CONFIG_INVALID .*config\.yaml:1:1: store: must be postgres/,
  ],
  [
    'clone sends metrics elsewhere',
    { [RC]: 'telemetry: { otlp: { endpoint: "https://h.example" } }\n' },
    'CONFIG_NOT_YOURS .aitrailrc.yaml:1:1: telemetry: a clone cannot say where numbers of your work go',
  ],
  [
    'metrics to a user’s receiver beside the organisation’s',
    {
      organisation: 'telemetry: { otlp: { endpoint: "https://h.example" } }\n',
      user: 'telemetry: { otlp: { endpoint: "https://other.example" } }\n',
    },
    /^CONFIG_NOT_YOURS .*config\.yaml:1:1: telemetry: metrics go to another receiver/,
  ],
  [
    'news without a signature',
    { user: 'notify: [{ on: [block], url: "https://h.example/x" }]\n' },
    /notify\.0\.secret/,
  ],
  [
    'user below the organisation',
    { organisation: 'secrets: { onResponse: block }\n', user: 'secrets: { onResponse: warn }\n' },
    /^CONFIG_NOT_YOURS .*config\.yaml:1:12: secrets\.onResponse: warn is looser than block, which the organisation set/,
  ],
  ['user loosens alone', { user: 'mode: observe\nonStoreError: forward\n' }, 'fine'],
  ['organisation loosens', { organisation: 'mode: observe\n' }, 'fine'],
  ['nothing but comments', { [RC]: '# nothing yet\n' }, 'fine'],
])('%s', async (_, files, want) => {
  const world = makeWorld();
  world.put(files);
  const got = await failure(world);
  expect(typeof want === 'string' ? got === want : want.test(got), got).toBe(true);
});

const gitAi = (word: string): string => (word === '' ? '' : `notes: { gitAi: ${word} }\n`);

describe('in force', () => {
  test('a clone tightens, and what the user set stricter stays', async () => {
    const world = makeWorld();
    world.put({
      user: 'secrets: { onResponse: block, onRequest: "off" }\nmode: observe\n',
      [RC]: 'secrets: { onResponse: mask, onPush: block, toolArguments: all }\nnotes: { push: false }\n',
    });
    const policy = await load(world);
    expect(policy.secrets).toMatchObject({
      onResponse: 'block',
      onRequest: 'off',
      toolArguments: 'all',
    });
    expect(policy).toMatchObject({ mode: 'observe', notes: { push: false } });
  });

  test.each([
    ['', '', false],
    ['', 'true', true],
    ['true', '', true],
    ['false', 'true', false],
    ['true', 'false', false],
  ])('notes.gitAi: user "%s", repository "%s"', async (user, repository, want) => {
    const world = makeWorld();
    world.put({ user: gitAi(user), [RC]: gitAi(repository) });
    expect((await load(world)).notes.gitAi).toBe(want);
  });

  test.each([
    ['', '', true],
    ['summary: true\n', 'summary: false\n', false],
    ['summary: false\n', 'summary: true\n', false],
  ])('summary: user %j, repository %j', async (user, repository, want) => {
    const world = makeWorld();
    world.put({ user, [RC]: repository });
    expect((await load(world)).summary).toBe(want);
  });

  test('the base revision stands: the working tree adds rules and removes none, and allows nothing new', async () => {
    const world = makeWorld();
    world.put({ [RC]: 'secrets: { allow: [old/**] }\nprotect: [{ paths: [a], action: block }]\n' });
    world.git('add', '.');
    world.git('commit', '-q', '-m', 'policy');
    world.put({
      [RC]: 'secrets: { allow: ["**"] }\nprotect: [{ paths: [b], from: ai, action: warn }]\n',
    });
    const policy = await load(world);
    expect(policy.secrets.allow).toEqual(['old/**']);
    expect(policy.protect.map(({ paths, from, action }) => [paths[0], from, action])).toEqual([
      ['a', 'any', 'block'],
      ['b', 'ai', 'warn'],
    ]);
  });

  test("the base is where the branch left the remote's default branch", async () => {
    const world = makeWorld();
    world.put({ [RC]: 'protect: [{ paths: [a], action: block }]\n' });
    world.git('add', '.');
    world.git('commit', '-q', '-m', 'policy');
    world.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    world.put({ [RC]: 'mode: enforce\n' });
    world.git('commit', '-q', '-a', '-m', 'weaker');
    expect((await load(world)).protect).toHaveLength(1);
  });

  test('connections: the defaults, overridden and added by the user', async () => {
    const world = makeWorld();
    world.put({
      user: 'connections:\n  anthropic: { protocol: anthropic-messages, upstream: "http://127.0.0.1:1/x/" }\n  other: { protocol: openai, upstream: "https://models.example/v1", record: false }\n',
    });
    const { connections } = await load(world);
    expect(Object.keys(connections).toSorted()).toEqual([
      'anthropic',
      'chatgpt',
      'code-assist',
      'copilot',
      'copilot-completions',
      'gemini',
      'openai',
      'other',
    ]);
    expect(connections['anthropic']?.upstream).toBe('http://127.0.0.1:1/x');
    expect(connections['other']?.isRecorded).toBe(false);
  });

  test('the digest follows what is in force, not where it was written', async () => {
    const [one, two, three] = [makeWorld(), makeWorld(), makeWorld()];
    two.put({ [RC]: '# the same\nmode: enforce\n' });
    three.put({ [RC]: 'notes: { push: false }\n' });
    const digests = await Promise.all(
      [one, two, three].map(async (world) => (await load(world)).digest),
    );
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  test('nothing that a clone holds is executed', async () => {
    const world = makeWorld();
    const bomb = 'throw new Error("executed")';
    world.put({
      '.aitrailrc.js': bomb,
      'aitrail.config.js': bomb,
      '.config/config.js': bomb,
      '.config/aitrailrc.cjs': bomb,
      [RC]: '$import: ./aitrail.config.js\n',
    });
    // in a process of its own that stands in the clone: that is where cosmiconfig looks for its own options
    const script = `import { loadPolicy } from '${join(process.cwd(), 'src/flow/policy/load-policy.ts')}';
      import { findRepository } from '${join(process.cwd(), 'src/git/open-repository.ts')}';
      const caller = { cwd: process.cwd(), env: { ...process.env } };
      await loadPolicy(caller, await findRepository(caller)).catch((fault) => console.log(fault.message));`;
    const out = execFileSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script],
      { cwd: world.root, env: world.caller.env, encoding: 'utf8' },
    );
    expect(out.trim()).toBe('.aitrailrc.yaml:1:1: unknown key $import');
  });
});
