// The files in docs/deploy as far as they can be run without Docker and Kubernetes: parsed, held against each other, the image's
// layout in a plain directory, and the gateway started there as the image would start it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import {
  arrayAt,
  isString,
  numberAt,
  objectAt,
  parseJson,
  stringAt,
} from '../../src/model/json.ts';
import { hasPostgres, newDatabase } from '../store/postgres/database.ts';

const read = (name: string): string => readFileSync(`docs/deploy/${name}`, 'utf8');
const services = objectAt(parse(read('compose.yaml')), 'services');
const manifests = parseAllDocuments(read('kubernetes.yaml')).map((one): unknown => one.toJS());
const gateway: unknown = parse(read('gateway.yaml'));
const [, port = ''] = /:(\d+)$/.exec(stringAt(objectAt(gateway, 'gateway'), 'listen') ?? '') ?? [];

/** The last stage of the image: what it copies, and the words of an instruction in JSON. */
const image =
  read('Dockerfile')
    .split(/^FROM .*$/m)
    .at(-1) ?? '';
const copied = [...image.matchAll(/^COPY --from=build \/src\/(\S+) \.\/(\S+)?$/gm)].map(
  ([, name]) => name ?? '',
);
const words = (instruction: string): readonly string[] => {
  const [, list] = new RegExp(`^${instruction}.*?(\\[.*\\])$`, 'm').exec(image) ?? [];
  return arrayAt({ list: parseJson(list ?? '') }, 'list').filter(isString);
};

const kinds = (kind: string): readonly unknown[] =>
  manifests.filter((one) => stringAt(one, 'kind') === kind);
const specOf = (kind: string): unknown => objectAt(kinds(kind)[0], 'spec');

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'deploy-')));
  mkdirSync(join(root, 'bin'));
  symlinkSync(process.execPath, join(root, 'bin', 'node'));
});
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

/** The image's file system, as far as it is ours. */
function layOut(): void {
  const place = join(root, 'opt');
  for (const name of copied) {
    if (name === 'node_modules') symlinkSync(resolve(name), join(place, name));
    else cpSync(name, join(place, name), { recursive: true });
  }
  symlinkSync(join(place, 'bin', 'aitrail.js'), join(root, 'bin', 'aitrail'));
}

const canRun = [['compose', 'version'], ['info']].every(
  (asked) => spawnSync('docker', asked).status === 0,
);
// what stands in the way is said in the title, where a report of skipped tests shows it
const why = canRun ? '' : ': not run, no Docker is at work here';
test.skipIf(!canRun)(`docker takes compose.yaml and builds the image${why}`, () => {
  for (const asked of [['config', '--quiet'], ['build']]) {
    const ran = spawnSync('docker', ['compose', '-f', 'docs/deploy/compose.yaml', ...asked]);
    expect(ran.status, ran.stderr.toString()).toBe(0);
  }
});

describe('compose.yaml', () => {
  test('is published on loopback alone, and what is ours cannot write its root', () => {
    const published = Object.values(services).flatMap((one) => arrayAt(one, 'ports'));
    expect(published).toEqual([`127.0.0.1:${port}:${port}`]);
    for (const name of ['gateway', 'secrets'])
      expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    const [, file = ''] =
      /^\.\/(\S+?):/.exec(stringAt({ v: arrayAt(services['gateway'], 'volumes')[1] }, 'v') ?? '') ??
      [];
    expect(existsSync(`docs/deploy/${file}`)).toBe(true);
  });

  test('makes its secrets once', () => {
    layOut();
    mkdirSync(join(root, 'secrets'));
    const script = arrayAt(services['secrets'], 'command')
      .join('\n')
      .replaceAll('/secrets', join(root, 'secrets'));
    const env = { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, AITRAIL_HOME: join(root, 'state') };
    const make = (): readonly string[] => {
      execFileSync('sh', ['-ec', script], { env });
      return ['database', 'log.key'].map((name) =>
        readFileSync(join(root, 'secrets', name), 'utf8'),
      );
    };
    const first = make();
    expect(first[0]).toMatch(/^[0-9a-f]{48}\n$/);
    expect(make()).toEqual(first);
  });
});

describe('kubernetes.yaml', () => {
  test('runners reach the gateway and names, and nothing else', () => {
    const [rule, names, ...others] = arrayAt(specOf('NetworkPolicy'), 'egress');
    expect(others).toEqual([]);
    expect(specOf('NetworkPolicy')).toMatchObject({ podSelector: {}, policyTypes: ['Egress'] });
    expect(arrayAt(rule, 'ports')).toEqual([{ protocol: 'TCP', port: Number(port) }]);
    expect(arrayAt(rule, 'to')).toHaveLength(1);
    expect(objectAt(arrayAt(rule, 'to')[0], 'podSelector')).toEqual(
      objectAt(specOf('Deployment'), 'selector'),
    );
    expect(arrayAt(names, 'ports').map((one) => numberAt(one, 'port'))).toEqual([53, 53]);
  });
});

/** @param host as a prober or a client writes it. */
async function ask(url: URL, path: string, host: string): Promise<number> {
  const asking = request({ port: url.port, host: '127.0.0.1', path, headers: { host } }).end();
  const [answer] = await once(asking, 'response');
  answer.resume();
  return answer.statusCode;
}

/** As the manifests have it asked. */
async function probe(url: URL): Promise<void> {
  const pod = objectAt(objectAt(specOf('Deployment'), 'template'), 'spec');
  const [container] = arrayAt(pod, 'containers');
  for (const name of ['livenessProbe', 'readinessProbe']) {
    const asked = objectAt(objectAt(container, name), 'httpGet');
    const host = stringAt(arrayAt(asked, 'httpHeaders')[0], 'value') ?? '';
    expect(await ask(url, stringAt(asked, 'path') ?? '', host)).toBe(200);
  }
}

test.skipIf(!hasPostgres)('the gateway, as the image starts it', { timeout: 120_000 }, async () => {
  expect(image).toMatch(/^USER node$/m);
  if (!readdirSync(join(root, 'bin')).includes('aitrail')) layOut();
  const database = await newDatabase();
  writeFileSync(join(root, 'secrets', 'database'), database.password);
  const file = join(root, 'policy.yaml');
  const configured = read('gateway.yaml')
    .replace('postgres://aitrail@database/aitrail', database.url)
    .replace(`0.0.0.0:${port}`, '127.0.0.1:0')
    .replaceAll('/secrets/', `${join(root, 'secrets')}/`);
  writeFileSync(file, configured);
  // no git, no shell's programs: the image has none
  const env = { PATH: join(root, 'bin'), AITRAIL_HOME: join(root, 'state'), HOME: root };
  const [program = '', ...args] = [...words('ENTRYPOINT'), ...words('CMD')];
  const given = args.map((word) => (word === '/etc/aitrail/policy.yaml' ? file : word));
  const child = spawn(join(root, 'bin', program), given, {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line]: unknown[] = await once(child.stdout, 'data');
    const url = new URL(/^serving at (\S+)/.exec(String(line))?.[1] ?? '');
    const [check = '', flag = '', code = ''] = words('HEALTHCHECK');
    execFileSync(join(root, 'bin', check), [flag, code.replace(port, url.port)], { env });
    await probe(url);
    expect(await ask(url, '/metrics', `127.0.0.1:${url.port}`)).toBe(200);
    expect(await ask(url, '/anthropic/v1/messages', 'gateway.aitrail.svc')).toBe(401);
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});
