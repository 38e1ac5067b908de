// Tools that are no agents, through http connections: by base URL and through the forward proxy, recorded and under rules.
import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeTrustFiles } from '../../src/flow/record/authority-book.ts';
import type { OpenedSession } from '../../src/flow/session/open-session.ts';
import type { Exchange } from '../../src/model/session.ts';
import { answerAsGit, answerAsKubernetes, openRegistry, type Sent, serveOne } from './stand-ins.ts';
import { type Origin, startOrigin } from './tls.ts';
import {
  listAll,
  makeWorld,
  open,
  sha256,
  startService,
  type Service,
  withStore,
  type World,
} from './world.ts';

// each starts several programs, on a machine that may be busy
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const run = promisify(execFile);
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const LAYER_BYTES = 5 * 1024 * 1024;
const TOKEN = ['gh', 'o_', 'A7xQ2mVt9Lc4Rk8W', 'n3Yb6Hs1Jd5Pf0ZeUgTi'].join('');

let world: World;
let service: Service;
let session: OpenedSession;
let origin: Origin;
let bundle = '';
const registry = openRegistry();
const sent: Sent[] = [];

beforeAll(async () => {
  const made = makeWorld();
  origin = await startOrigin();
  made.put('internet.pem', origin.certificate);
  const env = { ...made.caller.env, SSL_CERT_FILE: join(made.dir, 'internet.pem') };
  world = { ...made, caller: { ...made.caller, env } };
  origin.server.on(
    'request',
    (request, response) =>
      void serveOne(request, response, (one) => {
        sent.push(one);
        if (one.path.startsWith('/git/')) return answerAsGit(one, world.dir, made.caller.env);
        if (one.path.startsWith('/v2/')) return registry.answer(one);
        if (one.path.startsWith('/api')) return answerAsKubernetes(one);
        const headers = { 'content-type': 'application/json', 'x-github-request-id': 'A:1' };
        return { status: 201, headers, body: '{"full_name":"ada/demo"}' };
      }),
  );
  world.configure(`connections:
  any: { protocol: http, upstream: "https://localhost:${origin.port}" }
rules:
  - { name: no-deletes, on: http, method: DELETE, action: block }
  - { name: no-repositories, on: http, method: POST, path: "/user/repos", action: block }
  - { name: no-repositories-either, on: http, path: "/graphql", match: "createRepository", action: block }
  - { name: look-at-pushes, on: http, path: "/git/*/git-receive-pack", action: warn }
`);
  world.put('repo/a.txt', 'one\n');
  world.git('add', '.');
  world.git('commit', '-q', '-m', 'first');
  world.git('clone', '-q', '--bare', '.', join(world.dir, 'git', 'r.git'));
  world.git('-C', join(world.dir, 'git', 'r.git'), 'config', 'http.receivepack', 'true');
  service = await startService(world);
  session = await open(world);
  bundle = (await writeTrustFiles(world.caller, world.home)).bundle;
});

afterAll(async () => {
  await service.stop();
  await origin.close();
  world.remove();
});

/** The two ways in: what a tool is told, in variables and as the address of the server. */
const ways = {
  'base URL': { env: () => ({}), url: () => session.baseUrl('any') },
  'forward proxy': {
    env: () => {
      const proxy = session.daemon.url.replace('://', `://aitrail:${session.token}@`);
      return {
        https_proxy: proxy,
        CURL_CA_BUNDLE: bundle,
        SSL_CERT_FILE: bundle,
        GIT_SSL_CAINFO: bundle,
      };
    },
    url: () => `https://localhost:${origin.port}`,
  },
} as const;
type Way = keyof typeof ways;
const WAYS: readonly Way[] = ['base URL', 'forward proxy'];

/** Runs a tool and gives its output with what was recorded meanwhile. */
async function use(
  way: Way,
  command: string,
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly recorded: readonly Exchange[] }> {
  const before = (await listAll(world)).length;
  const env = { ...world.caller.env, ...ways[way].env() };
  const { stdout } = await run(command, [...args], { cwd: world.dir, env, timeout: 20_000 });
  return { out: stdout, recorded: (await listAll(world)).slice(before) };
}

const lines = (recorded: readonly Exchange[]): readonly string[] =>
  recorded.map(({ method, url, status }) => `${method} ${url} ${String(status)}`);

describe.each(WAYS)('%s', (way) => {
  const name = way === 'base URL' ? 'base' : 'proxied';

  test('git clone and git push: the same repository, each request a record, the rule is told', async () => {
    const cloned = await use(way, 'git', 'clone', '-q', `${ways[way].url()}/git/r.git`, name);
    expect(lines(cloned.recorded)).toEqual([
      'GET /git/r.git/info/refs?service=git-upload-pack 200',
      'POST /git/r.git/git-upload-pack 200',
      'POST /git/r.git/git-upload-pack 200',
    ]);
    world.put(`${name}/${name}.txt`, 'two\n');
    await use(way, 'git', '-C', name, 'add', '.');
    await use(way, 'git', '-C', name, 'commit', '-q', '-m', name);
    const pushed = await use(
      way,
      'git',
      '-C',
      name,
      'push',
      '-q',
      'origin',
      `HEAD:refs/heads/${name}`,
    );
    expect(lines(pushed.recorded)).toContain('POST /git/r.git/git-receive-pack 200');
    expect(world.git('-C', join(world.dir, 'git', 'r.git'), 'log', '--format=%s', name)).toBe(
      `${name}\nfirst\n`,
    );
  });

  test.skipIf(!hasKubectl)('kubectl get and apply', async () => {
    const tool = ['--server', ways[way].url()];
    if (way === 'forward proxy') {
      const proxy = ways[way].env().https_proxy;
      // Go's programs ask this machine directly, whatever the variables say
      world.put(
        'kubeconfig',
        `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], users: [{name: u, user: {token: t}}],
clusters: [{name: c, cluster: {server: "${ways[way].url()}", proxy-url: "${proxy}", certificate-authority: "${bundle}"}}]}`,
      );
      tool.splice(0, 2, '--kubeconfig', join(world.dir, 'kubeconfig'));
    }
    const got = await use(way, 'kubectl', ...tool, 'get', 'configmap', 'known', '-o', 'name');
    expect(got.out).toBe('configmap/known\n');
    expect(lines(got.recorded)).toContain('GET /api/v1/namespaces/default/configmaps/known 200');
    world.put(
      'map.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: default }\ndata: { a: b }\n`,
    );
    const applied = await use(
      way,
      'kubectl',
      ...tool,
      'apply',
      '--validate=false',
      '-f',
      'map.yaml',
    );
    expect(applied.out).toBe(`configmap/${name} created\n`);
    const posted = applied.recorded.find(({ method }) => method === 'POST');
    expect(posted?.status).toBe(201);
    await withStore(world, async (store) => {
      const body = Buffer.from(await store.readRequest(posted?.id ?? '')).toString();
      expect(JSON.parse(body)).toMatchObject({ kind: 'ConfigMap', data: { a: 'b' } });
    });
    await expect(use(way, 'kubectl', ...tool, 'delete', 'configmap', 'known')).rejects.toThrow(
      /Error from server \(Forbidden\): .*rule no-deletes applies/,
    );
    expect(sent.some(({ method }) => method === 'DELETE')).toBe(false);
    expect((await listAll(world)).findLast(({ method }) => method === 'DELETE')).toMatchObject({
      outcome: 'refused',
    });
  });

  test('a container push, by the steps of the distribution specification: a layer of 5 MiB leaves digest and length', async () => {
    const layer = Buffer.alloc(LAYER_BYTES, name);
    world.put('layer', layer.toString());
    const digest = `sha256:${sha256(layer)}`;
    const at = `${ways[way].url()}/v2/team/${name}`;
    const began = await use(
      way,
      'curl',
      '-sS',
      '-X',
      'POST',
      '-D',
      '-',
      '-o',
      'out',
      `${at}/blobs/uploads/`,
    );
    const location = /^location: (\S+)/im.exec(began.out)?.[1] ?? '';
    const next = new URL(location, ways[way].url()).href;
    const put = await use(way, 'curl', '-sSf', '-T', 'layer', `${next}&digest=${digest}`);
    expect(put.recorded.at(-1)).toMatchObject({
      method: 'PUT',
      status: 201,
      requestBytes: LAYER_BYTES,
      requestSha256: sha256(layer),
    });
    await withStore(world, async (store) =>
      expect((await store.readRequest(put.recorded.at(-1)?.id ?? '')).length).toBe(0),
    );
    world.put('manifest', JSON.stringify({ schemaVersion: 2, layers: [{ digest }] }));
    const tagged = await use(way, 'curl', '-sSf', '-T', 'manifest', `${at}/manifests/latest`);
    expect(lines(tagged.recorded)).toEqual([`PUT /v2/team/${name}/manifests/latest 201`]);
    expect(registry.blobs.get(digest)?.equals(layer)).toBe(true);
    expect(registry.manifests.has(`/v2/team/${name}/manifests/latest`)).toBe(true);
  });

  test.each([
    ['/user/repos', '{"name":"demo","private":true}'],
    [
      '/graphql',
      '{"query":"mutation RepositoryCreate($input: CreateRepositoryInput!) { createRepository(input: $input) { repository { id } } }"}',
    ],
  ])(
    'the request of gh repo create to %s is blocked before it leaves; others of the same host pass',
    async (path, body) => {
      const before = sent.length;
      const headers = [
        '-H',
        `Authorization: token ${TOKEN}`,
        '-H',
        'User-Agent: GitHub CLI 2.60.1',
      ];
      const url = `${ways[way].url()}${path}`;
      const blocked = await use(
        way,
        'curl',
        '-sS',
        '-w',
        ' %{http_code}',
        ...headers,
        '-d',
        body,
        url,
      );
      expect(blocked.out).toMatch(/"message":"[^"]*rule no-repositories.* 403$/s);
      expect(sent.length).toBe(before);
      expect(blocked.recorded.at(-1)).toMatchObject({ outcome: 'refused', method: 'POST' });
      const passed = await use(
        way,
        'curl',
        '-sSf',
        ...headers,
        '-d',
        '{}',
        `${ways[way].url()}/other`,
      );
      expect(passed.out).toContain('ada/demo');
      expect(sent.at(-1)?.headers.authorization).toBe(`token ${TOKEN}`);
      await withStore(world, async (store) => {
        const kept = await store.readHeaders(passed.recorded.at(-1)?.id ?? '');
        expect(kept.response).toContainEqual(['x-github-request-id', 'A:1']);
        expect(JSON.stringify(kept)).not.toMatch(/authorization|gho_/i);
      });
    },
  );
});
