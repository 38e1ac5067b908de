// A push through a connection to a git server: judged ref by ref before the server sees it, by whatever client it comes.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fs from 'node:fs';
import git from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideApproval } from '../../src/flow/approve/decide-approval.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import { openMirrorBook } from '../../src/flow/gate/mirror-book.ts';
import { trustKey } from '../../src/flow/attest/trust-key.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import { parseJson } from '../../src/model/json.ts';
import { formatPushHead } from '../../src/wire/git-push.ts';
import { type Provider, startProvider } from '../identity/provider.ts';
import { answerAsGit } from './stand-ins.ts';
import {
  listAll,
  makeWorld,
  type Model,
  open,
  type Service,
  startModel,
  startService,
} from './world.ts';
import { withStore, type World } from './world.ts';

const run = promisify(execFile);
const REAL = ['real', 'k3yV4lue'.repeat(3)].join('-');
const SECRET = ['gh', 'p_', 'A7xQ2mVt9Lc4Rk8W', 'n3Yb6Hs1Jd5Pf0ZeUgTi'].join('');
const NONE = '0'.repeat(40);
/** Long enough that a change of it travels as a difference. */
const LONG = Array.from({ length: 500 }, (_, index) => `line ${String(index)}\n`).join('');
const WAIT = { timeout: 30_000 };

let world: World;
let service: Service;
let session: OpenedSession;
let server: Server;
let provider: Provider;
let receiver: Model;
/** Requests that carried a push, and what they showed. */
const pushes: (string | undefined)[] = [];
let bare = '';
let upstream = '';

beforeAll(async () => {
  const made = makeWorld();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization } = request.headers;
      const { pathname, search } = new URL(request.url ?? '', 'http://x');
      const { method = '', headers } = request;
      if (method === 'POST' && pathname.endsWith('/git-receive-pack')) pushes.push(authorization);
      const body = Buffer.concat(chunks);
      const isOld = pathname.includes('/old.git/'); // of before the second version of the protocol
      const protocol = isOld ? {} : { 'git-protocol': headers['git-protocol'] };
      const spoken = { ...headers, 'git-protocol': undefined, ...protocol };
      const sent = { method, path: pathname, query: search.slice(1), headers: spoken, body };
      const isKnown = authorization === basic(`x-access-token:${REAL}`);
      const answered = isKnown
        ? answerAsGit(sent, made.dir, made.caller.env)
        : Promise.resolve({ status: 401, headers: {}, body: '' });
      void answered.then((answer) =>
        response.writeHead(answer.status, answer.headers).end(answer.body),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  upstream = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  world = { ...made, caller: { ...made.caller, env: { ...made.caller.env, REAL } } };
  provider = await startProvider();
  receiver = await startModel((_, response) => response.end());
  world.put('hook-secret', 'canary');
  const told = `url: "${receiver.url}/in", secret: { file: "${world.dir}/hook-secret" }`;
  world.configure(`notify: [{ on: [block], ${told} }]
identity: { issuers: [{ issuer: "${provider.issuer}", audience: aitrail }] }
connections:
  code: { protocol: git, upstream: "${upstream}/git", credential: { env: REAL } }
  strict: { protocol: git, upstream: "${upstream}/git", credential: { env: REAL }, require: [attested] }
`);
  world.put(
    'repo/.aitrailrc.yaml',
    'push: [{ branches: ["release/*"], from: any, action: approve }]\n',
  );
  world.put('repo/a.txt', 'one\n');
  world.put('repo/long.txt', LONG);
  for (const one of [world.caller, bob()]) {
    await ensureIdentity(one, { signing: 'file' });
    await trustKey(one, null, null);
  }
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'first');
  bare = join(world.dir, 'git', 'app.git');
  world.git('clone', '-q', '--bare', '.', bare);
  world.git('-C', bare, 'config', 'http.receivepack', 'true');
  world.git('-C', bare, 'config', 'uploadpack.allowFilter', 'true');
  service = await startService(world);
  session = await open(world);
  world.git('remote', 'add', 'gate', `${session.baseUrl('code')}/app.git`);
  world.git('remote', 'add', 'strict', `${session.baseUrl('strict')}/app.git`);
  execFileSync('git', ['clone', '-q', bare, join(world.dir, 'bob-work')]);
});

afterAll(async () => {
  await service.stop();
  await provider.close();
  await receiver.close();
  server.closeAllConnections();
  server.close();
  world.remove();
});

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

/** Somebody else, with a key and a clone of their own. */
const bob = () => ({
  cwd: world.repo,
  env: {
    ...world.caller.env,
    AITRAIL_HOME: join(world.dir, 'bob'),
    GIT_AUTHOR_EMAIL: 'bob@example.com',
    GIT_COMMITTER_EMAIL: 'bob@example.com',
  },
});

/** A commit on a branch of its own. @returns its id. */
function commit(branch: string, text: string): string {
  world.git('checkout', '-q', '-B', branch, 'main');
  world.put(`repo/${branch.replaceAll('/', '-')}.txt`, text);
  world.git('add', '.');
  world.git('commit', '-q', '-m', branch);
  return world.git('rev-parse', 'HEAD').trim();
}

const push = async (...words: readonly string[]) => {
  const args = ['push', '--no-verify', '--porcelain', ...words];
  const env = world.caller.env;
  const ran = await run('git', args, { cwd: world.repo, env }).catch((thrown: unknown) => thrown);
  return {
    out: String(Reflect.get(Object(ran), 'stdout')),
    err: String(Reflect.get(Object(ran), 'stderr')),
  };
};
const there = (ref: string): string =>
  world.git('-C', bare, 'for-each-ref', '--format=%(objectname)', ref).trim();
const hasObject = (id: string): boolean => {
  try {
    execFileSync('git', ['-C', bare, 'cat-file', '-e', id], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

test('what nothing stands against passes, with the credential in custody', async () => {
  const id = commit('fine', 'two\n');
  const pushed = await push('gate', 'fine');
  expect(pushed.out).toContain('[new branch]');
  expect(there('refs/heads/fine')).toBe(id);
  expect(pushes.at(-1)).toBe(basic(`x-access-token:${REAL}`));
  const last = (await listAll(world)).at(-1);
  expect(last).toMatchObject({ method: 'POST', status: 200, outcome: 'ok', connection: 'code' });
  const body = await withStore(world, (store) => store.readRequest(last?.id ?? ''));
  expect(Buffer.from(body).toString()).toBe(`${NONE} ${id} refs/heads/fine\n`);
});

test('the copy that the first push waits for is told of', () => {
  const log = readFileSync(join(world.home, 'run', 'daemon.log'), 'utf8');
  expect(log).toMatch(/gate: the first push to http:\S+\/git\/app\.git: it is copied, once/);
  expect(log.match(/app\.git was copied in \d+ s/g)).toHaveLength(1);
});

test('clone and fetch pass', async () => {
  const clone = join(world.dir, 'cloned');
  await run('git', ['clone', '-q', `${session.baseUrl('code')}/app.git`, clone], {
    env: world.caller.env,
  });
  expect(readFileSync(join(clone, 'a.txt'), 'utf8')).toBe('one\n');
});

describe('a secret', () => {
  test('is refused in git’s own words; the other ref goes on, and nothing of the secret with it', async () => {
    const bad = commit('leak', `token = "${SECRET}"\n`);
    const good = commit('beside', 'three\n');
    const pushed = await push('gate', 'leak', 'beside');
    expect(pushed.out).toMatch(
      /^!\trefs\/heads\/leak:refs\/heads\/leak\t\[remote rejected\] \(secret \(github[\w-]*\) in [0-9a-f]{12} leak\.txt:1\)$/m,
    );
    expect(pushed.err).toMatch(/^remote: aitrail: refs\/heads\/leak: secret/m);
    expect(pushed.out + pushed.err).not.toContain(SECRET);
    expect([there('refs/heads/leak'), there('refs/heads/beside')]).toEqual(['', good]);
    expect(hasObject(bad)).toBe(false);
    const events = await withStore(world, (store) => store.listEvents({ limit: 50 }));
    expect(events.find(({ kind }) => kind === 'ruled')?.detail).toMatchObject({
      effect: 'blocked',
      on: 'push',
      ref: 'refs/heads/leak',
    });
    // who is told of what is blocked elsewhere is told of this, without its content
    await expect
      .poll(() => receiver.asked.map(({ body }) => parseJson(body)), WAIT)
      .toEqual([
        expect.objectContaining({
          type: 'block',
          subject: 'push',
          rule: 'code',
          exchange: events[0]?.detail['exchange'],
        }),
      ]);
    expect(receiver.asked[0]?.body).not.toContain(SECRET.slice(4, 12));
  });

  test('with --atomic nothing goes on', async () => {
    commit('leak', `token = "${SECRET}"\n`);
    commit('atom', 'four\n');
    const before = pushes.length;
    const pushed = await push('--atomic', 'gate', 'leak', 'atom');
    expect(pushed.out).toMatch(/atom\t\[remote rejected\] \(atomic push/);
    expect(there('refs/heads/atom')).toBe('');
    expect(pushes).toHaveLength(before);
  });

  test('nothing of it stays in the gate', async () => {
    const state = join(world.home, 'gate');
    const list = () => readdirSync(state, { recursive: true, encoding: 'utf8' });
    // it is removed behind the answer
    await expect.poll(() => list().filter((name) => /incoming-|push-/.test(name))).toEqual([]);
    const names = list();
    expect(names.length).toBeGreaterThan(10);
    const id = world.git('rev-parse', 'leak').trim();
    for (const name of readdirSync(state).filter((each) => each !== 'incoming'))
      await expect(
        run('git', ['-C', join(state, name), 'cat-file', '-e', id], { env: world.caller.env }),
      ).rejects.toThrow(/cat-file/); // it asks the server, which is of this process
    for (const name of names.map((each) => join(state, each)))
      expect(statSync(name).isFile() && readFileSync(name).includes(REAL)).toBe(false);
  });

  test('from a library that knows no hooks', async () => {
    commit('library', `token = "${SECRET}"\n`);
    const pushing = git.push({
      fs,
      http,
      dir: world.repo,
      url: `${session.baseUrl('code')}/app.git`,
      ref: 'library',
    });
    await expect(pushing).rejects.toThrow(/secret \(github/);
    expect(there('refs/heads/library')).toBe('');
  });

  test('from somebody who writes the protocol by hand', async () => {
    const id = commit('byhand', `token = "${SECRET}"\n`);
    const before = pushes.length;
    const answer = await post([{ before: NONE, after: id, ref: 'refs/heads/byhand' }], id);
    expect(answer).toMatch(/^000eunpack ok\n[0-9a-f]{4}ng refs\/heads\/byhand secret/);
    // a tag of the file itself has no commit that could be looked at
    const blob = world.git('rev-parse', `${id}:byhand.txt`).trim();
    const tagged = await post([{ before: NONE, after: blob, ref: 'refs/tags/v1' }], blob);
    expect(tagged).toContain('ng refs/tags/v1 it is no commit');
    expect(pushes).toHaveLength(before);
    expect(hasObject(blob)).toBe(false);
  });
});

/** Sends a push as git's plumbing would. */
async function post(commands: Parameters<typeof formatPushHead>[1], tip: string): Promise<string> {
  const capabilities = ['report-status', 'agent=by-hand'];
  const given = { commands, capabilities, shallow: [], options: null, isSigned: false };
  const args = ['pack-objects', '--revs', '--stdout', '-q'];
  const input = `${tip}\n^main\n`;
  const pack = execFileSync('git', args, { cwd: world.repo, input });
  const answer = await fetch(`${session.baseUrl('code')}/app.git/git-receive-pack`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-git-receive-pack-request' },
    body: Buffer.concat([formatPushHead(given, commands), pack]),
  });
  return answer.text();
}

test('a branch that needs an approval: refused with an id, and the same push passes once it is given', async () => {
  const id = commit('release/1', 'five\n');
  const refused = await push('gate', 'release/1');
  const request = /aitrail approvals approve (a[0-9a-z]{10})/.exec(refused.out)?.[1] ?? '';
  expect(refused.out).toMatch(/\[remote rejected\] \(needs the approval of a listed signer: /);
  expect(there('refs/heads/release/1')).toBe('');
  const caller = { ...bob(), cwd: join(world.dir, 'bob-work') };
  await decideApproval(caller, { answer: 'approve', id: request, reason: '' });
  expect((await push('gate', 'release/1')).out).toContain('[new branch]');
  expect(there('refs/heads/release/1')).toBe(id);
  world.git('commit', '-q', '--amend', '-m', 'another');
  expect((await push('-f', 'gate', 'release/1')).out).toContain('remote rejected');
  expect(there('refs/heads/release/1')).toBe(id);
});

test('nobody approves what they push themselves, by the word of their token', async () => {
  const id = commit('release/2', 'own\n');
  const request = /approvals approve (a[0-9a-z]{10})/.exec((await push('gate', 'release/2')).out);
  const caller = { ...bob(), cwd: join(world.dir, 'bob-work') };
  await decideApproval(caller, { answer: 'approve', id: request?.[1] ?? '', reason: '' });
  const pushAs = async (email: string) => {
    const token = await provider.issue({ sub: email, aud: 'aitrail', email });
    const shown = `http.extraHeader=Authorization: ${basic(`git:${token}`)}`;
    const args = ['-c', shown, 'push', '--no-verify', '--porcelain', 'gate', 'release/2'];
    const { env } = world.caller;
    const ran = await run('git', args, { cwd: world.repo, env }).catch((thrown: unknown) => thrown);
    return String(Reflect.get(Object(ran), 'stdout'));
  };
  expect(await pushAs('Bob@example.com')).toContain('cannot approve what Bob@example.com pushes');
  expect(there('refs/heads/release/2')).toBe('');
  expect(await pushAs('carol@example.com')).toContain('[new branch]');
  expect(there('refs/heads/release/2')).toBe(id);
});

test('an empty repository of SHA-256 ids', async () => {
  const [there256, work] = [join(world.dir, 'git', 'new.git'), join(world.dir, 'new-work')];
  const kind = ['init', '-q', '-b', 'main', '--object-format=sha256'];
  world.git(...kind, '--bare', there256);
  world.git('-C', there256, 'config', 'http.receivepack', 'true');
  world.git(...kind, work);
  world.git('-C', work, 'commit', '-q', '--allow-empty', '-m', 'first');
  const args = ['-C', work, 'push', '-q', `${session.baseUrl('code')}/new.git`, 'main'];
  for (const more of [[], ['main:again']])
    // the second time it is no more empty
    await run('git', [...args, ...more], { env: world.caller.env });
  expect(world.git('-C', there256, 'rev-parse', 'again')).toMatch(/^[0-9a-f]{64}\n$/);
});

test('a connection that asks for notes: a commit without one is refused', async () => {
  commit('plain', 'six\n');
  const pushed = await push('strict', 'plain');
  expect(pushed.out).toMatch(/\[remote rejected\] \([0-9a-f]{12} is missing/);
  expect(there('refs/heads/plain')).toBe('');
  expect((await push('gate', 'plain')).out).toContain('[new branch]');
});

test('a broken pack, a push that is cut, and one without a token', async () => {
  const id = commit('broken', 'seven\n');
  const head = { before: NONE, after: id, ref: 'refs/heads/broken' };
  const given = { commands: [head], capabilities: ['report-status'], shallow: [] };
  const bytes = formatPushHead({ ...given, options: null, isSigned: false }, [head]);
  const before = pushes.length;
  const send = async (body: Buffer) => {
    const url = `${session.baseUrl('code')}/app.git/git-receive-pack`;
    const answer = await fetch(url, { method: 'POST', body });
    const code = answer.headers.get('x-aitrail-error');
    return { status: answer.status, code, text: await answer.text() };
  };
  const broken = await send(Buffer.concat([bytes, Buffer.from('PACK nonsense')]));
  expect(broken.text).toMatch(
    /^[0-9a-f]{4}unpack .+\n[0-9a-f]{4}ng refs\/heads\/broken unpacker error/,
  );
  expect(await send(bytes.subarray(0, 20))).toMatchObject({
    status: 400,
    code: 'PUSH_UNREADABLE',
  });
  const base = new URL(session.baseUrl('code'));
  const stranger = await fetch(`${base.origin}/code/app.git/info/refs?service=git-receive-pack`);
  expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
    401,
    'Basic realm="aitrail"',
  ]);
  expect(pushes).toHaveLength(before);
});

test('the copy leaves out files until they are looked at: a change of one is judged all the same', async () => {
  const name = createHash('sha256').update(`${upstream}/git/app.git`).digest('hex').slice(0, 32);
  const mirror = join(world.home, 'gate', name);
  const missing = () =>
    world.git('-C', mirror, 'rev-list', '--objects', '--missing=print', 'origin/main');
  const long = world.git('rev-parse', 'main:long.txt').trim();
  expect(missing()).toContain(`?${long}`);
  world.git('checkout', '-q', '-B', 'longer', 'main');
  world.put('repo/long.txt', `${LONG}token = "${SECRET}"\n`);
  world.git('commit', '-q', '-am', 'longer');
  expect((await push('gate', 'longer')).out).toMatch(/\(secret \(github.* long\.txt:501\)$/m);
  world.put('repo/long.txt', `${LONG}and more\n`);
  world.git('commit', '-q', '-a', '--amend', '-m', 'longer');
  expect((await push('gate', 'longer')).out).toContain('[new branch]');
  expect(missing()).toContain(`?${long}`); // what was brought for a push goes with it
});

test('a copy that takes long is waited for no longer than a push may, and goes on', async () => {
  const [home, said] = [join(world.dir, 'another'), [''].slice(1)];
  const { env } = world.caller;
  const work = { env, home, log: (line: string) => void said.push(line) };
  const place = { upstream: { origin: upstream, path: '/git/app.git/git-receive-pack' } };
  const shown = basic(`x-access-token:${REAL}`);
  const hasty = openMirrorBook(work, 0).of(place, shown);
  await expect(hasty.refresh('sha1')).rejects.toMatchObject({ code: 'GATE_COPYING' });
  await expect(hasty.refresh('sha1')).rejects.toMatchObject({ code: 'GATE_COPYING' });
  await expect.poll(() => said.join('\n'), WAIT).toMatch(/app\.git was copied in \d+ s/);
  await openMirrorBook(work).of(place, shown).refresh('sha1');
  expect(said.filter((line) => line.includes('it is copied, once'))).toHaveLength(1);
});

test('of a server that leaves out files and does not give them later all is copied', async () => {
  world.git('clone', '-q', '--bare', bare, join(world.dir, 'git', 'old.git'));
  world.git('-C', join(world.dir, 'git', 'old.git'), 'config', 'uploadpack.allowFilter', 'true');
  const work = { env: world.caller.env, home: join(world.dir, 'another'), log: () => undefined };
  const place = { upstream: { origin: upstream, path: '/git/old.git/git-receive-pack' } };
  const mirror = openMirrorBook(work).of(place, basic(`x-access-token:${REAL}`));
  await mirror.refresh('sha1');
  const args = ['-C', mirror.caller.cwd, 'rev-list', '--objects', '--missing=print', 'origin/main'];
  expect(world.git(...args)).not.toContain('?');
});
