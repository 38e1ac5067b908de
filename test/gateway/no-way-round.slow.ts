// A runner whose only way out is the gateway, in a network of its own: what goes through the gateway works, what goes round
// it does not, and a push with --no-verify is judged all the same.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { EventEmitter, once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLogKey } from '../../src/flow/gateway/make-log-key.ts';
import { type Provider, startProvider } from '../identity/provider.ts';
import { hasPostgres, newDatabase } from '../store/postgres/database.ts';
import { findObstacle, makeNetworks, type Networks, type Ran } from './namespaces.ts';

const obstacle = findObstacle() ?? (hasPostgres ? null : 'needs PostgreSQL');
const why = obstacle === null ? '' : `: ${obstacle}`;
const REAL = ['real', 'k3yV4lue'.repeat(3)].join('-');
const SECRET = ['gh', 'p_', 'A7xQ2mVt9Lc4Rk8W', 'n3Yb6Hs1Jd5Pf0ZeUgTi'].join('');
const BODY = '{"model":"model-1","messages":[{"role":"user","content":"hello"}]}';

interface Process {
  readonly child: ChildProcess;
  readonly said: () => string;
}

/** @returns when it has said this. */
async function start(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<Process & { readonly found: string }> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const bell = new EventEmitter();
  let text = '';
  const hear = (chunk: Buffer): void => {
    text += chunk.toString();
    const [, found] = ready.exec(text) ?? [];
    if (found !== undefined) bell.emit('ready', found);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.once('exit', () => bell.emit('error', new Error(`it ended: ${text}`)));
  const [found]: string[] = await once(bell, 'ready');
  bell.on('error', () => undefined);
  return { child, said: () => text, found: found ?? '' };
}

describe.skipIf(obstacle !== null)(`a runner whose only way out is the gateway${why}`, () => {
  let [dir, token, gateUrl, directUrl] = ['', '', '', ''];
  let networks: Networks;
  let provider: Provider;
  let outside: Process;
  let gateway: Process;
  const env = (): Readonly<Record<string, string>> => ({
    PATH: process.env['PATH'] ?? '',
    HOME: join(dir, 'runner'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  });
  const run = (...words: readonly string[]): Promise<Ran> => networks.run(env(), ...words);
  const git = (...words: readonly string[]): Promise<Ran> =>
    run('git', '-C', join(dir, 'runner/app'), ...words);
  const curl = (url: string): Promise<Ran> =>
    run('curl', '-sS', '--max-time', '20', '-H', `x-api-key: ${token}`, '-d', BODY, url);

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'netns-'));
    chmodSync(dir, 0o755);
    mkdirSync(join(dir, 'runner'));
    chmodSync(join(dir, 'runner'), 0o777);
    const seed = join(dir, 'seed');
    execFileSync('git', ['init', '-q', '-b', 'main', seed], { env: env() });
    writeFileSync(join(seed, 'a.txt'), 'one\n');
    for (const words of [
      ['add', '.'],
      ['commit', '-q', '-m', 'first'],
    ])
      execFileSync('git', ['-C', seed, ...words], { env: env() });
    const bare = join(dir, 'git', 'app.git');
    execFileSync('git', ['clone', '-q', '--bare', seed, bare], { env: env() });
    execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true'], { env: env() });
    networks = makeNetworks();
    provider = await startProvider();
    const program = ['--import', 'tsx', resolve('test/gateway/outside.ts')];
    const there = [networks.outside, dir, REAL];
    const entered = [...networks.enterOutside, process.execPath, ...program, ...there];
    const server = await start(entered, env(), /^port (\d+)$/m);
    outside = server;
    directUrl = `http://${networks.outside}:${server.found}`;
    const database = await newDatabase();
    await makeLogKey(join(dir, 'log.key'));
    writeFileSync(join(dir, 'password'), `${database.password}\n`, { mode: 0o600 });
    writeFileSync(
      join(dir, 'team.yaml'),
      `store: { url: "${database.url}", password: { file: ${dir}/password }, logKey: { file: ${dir}/log.key } }
gateway: { listen: "${networks.here}:0", hosts: ["${networks.here}"] }
identity: { issuers: [{ issuer: "${provider.issuer}", audience: aitrail }] }
connections:
  anthropic: { protocol: anthropic-messages, upstream: "${directUrl}", credential: { env: REAL } }
  code: { protocol: git, upstream: "${directUrl}/git", credential: { env: REAL } }
`,
    );
    const words = [
      process.execPath,
      resolve('bin/aitrail.js'),
      'gateway',
      '--config',
      `${dir}/team.yaml`,
    ];
    const home = { AITRAIL_HOME: join(dir, 'home'), HOME: join(dir, 'home'), REAL };
    const served = await start(words, { ...env(), ...home }, /^serving at (\S+)$/m);
    gateway = served;
    gateUrl = served.found;
    token = await provider.issue({
      sub: 'job-1',
      aud: 'aitrail',
      name: 'Ada',
      email: 'ada@example.com',
    });
  }, 120_000);

  afterAll(async () => {
    for (const one of [gateway, outside]) {
      const ended = once(one.child, 'exit');
      one.child.kill('SIGKILL');
      await ended;
    }
    await provider.close();
    networks.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });

  test('asks the model through the gateway, by whatever client, and the model sees the real key', async () => {
    const asked = `${gateUrl}/anthropic/v1/messages`;
    const script = `fetch(${JSON.stringify(asked)}, { method: 'POST', headers: { 'x-api-key': ${JSON.stringify(token)} },
      body: ${JSON.stringify(BODY)} }).then((reply) => reply.text()).then(console.log)`;
    expect((await curl(asked)).out).toContain('hello');
    expect((await run(process.execPath, '-e', script)).out).toContain('hello');
    expect(
      (await run('wget', '-qO-', `--header=x-api-key: ${token}`, `--post-data=${BODY}`, asked)).out,
    ).toContain('hello');
    const lines = outside
      .said()
      .split('\n')
      .filter((line) => line.startsWith('POST /v1'));
    expect(lines).toEqual(Array.from({ length: 3 }, () => 'POST /v1/messages known'));
  });

  test('has no other way to it, and cannot make one', async () => {
    const before = outside.said();
    const direct = await curl(`${directUrl}/v1/messages`);
    expect(direct.exit).toBe(7);
    expect((await run('ip', 'route')).out.trim().split('\n')).toHaveLength(1);
    expect((await run('ip', 'route', 'add', 'default', 'via', networks.here)).err).toContain(
      'not permitted',
    );
    expect((await run('curl', '-sS', '--max-time', '20', provider.issuer)).exit).toBe(7); // this machine's own loopback
    expect(outside.said()).toBe(before);
  });

  test('pushes through the gateway; round it, or with --no-verify, nothing arrives', async () => {
    const url = `${gateUrl.replace('//', `//x:${token}@`)}/code/app.git`;
    expect(await run('git', 'clone', '-q', url, join(dir, 'runner/app'))).toMatchObject({
      exit: 0,
    });
    const commit = async (text: string): Promise<void> => {
      await run('sh', '-c', `printf '%s\\n' '${text}' > ${dir}/runner/app/b.txt`);
      await git('add', '.');
      expect((await git('commit', '-q', '--no-verify', '-m', 'more')).exit).toBe(0);
    };
    await commit('fine');
    expect(await git('push', '-q', '--no-verify', 'origin', 'HEAD:fine')).toMatchObject({
      exit: 0,
    });
    await commit(`token = "${SECRET}"`);
    const refused = await git('push', '--no-verify', '--porcelain', 'origin', 'HEAD:leak');
    expect(refused.out).toMatch(/\[remote rejected\] \(secret \(github/);
    expect((await git('push', '--no-verify', `${directUrl}/git/app.git`, 'HEAD:leak')).err).toMatch(
      /unreachable|Failed to connect/i,
    );
    const refs = execFileSync('git', [
      '-C',
      join(dir, 'git/app.git'),
      'for-each-ref',
      '--format=%(refname)',
    ]);
    expect(refs.toString().trim().split('\n')).toEqual(['refs/heads/fine', 'refs/heads/main']);
  });
});
