// Properties of the source itself. The two tables below are the architecture; the rest only enforces them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = resolve('src');
const FILE_LINES_MAX = 250;
const FILE_LINES_MEDIAN_MAX = 150;

/** folder -> folders it may import besides itself. Ordered: a folder may name only folders below it. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  cli: ['hooks', 'ui', 'site', 'print', 'flow', 'model'],
  hooks: ['print', 'flow', 'model'],
  ui: ['print', 'model'],
  web: ['model'],
  site: ['print', 'flow', 'model'],
  print: ['model'],
  flow: [
    'daemon',
    'proxy',
    'git',
    'store',
    'identity',
    'telemetry',
    'config',
    'guard',
    'attest',
    'log',
    'match',
    'secrets',
    'agents',
    'extract',
    'wire',
    'model',
  ],
  daemon: ['model'],
  proxy: ['wire', 'model'],
  git: ['model'],
  store: ['log', 'model'],
  identity: ['attest', 'model'],
  telemetry: ['model'],
  config: ['model'],
  guard: ['secrets', 'model'],
  attest: ['model'],
  log: ['model'],
  match: ['model'],
  secrets: ['model'],
  agents: ['extract', 'model'],
  extract: ['model'],
  wire: ['model'],
  model: [],
};

/** package -> the one folder that may import it. */
const OWNERS: Readonly<Record<string, string>> = {
  commander: 'cli',
  esbuild: 'cli',
  ink: 'ui',
  react: 'ui',
  undici: 'proxy',
  fzstd: 'wire',
  'simple-git': 'git',
  'isomorphic-git': 'git',
  cosmiconfig: 'config',
  zod: 'config',
  yaml: 'config',
  'smol-toml': 'config',
  'jsonc-parser': 'config',
  '@photostructure/sqlite': 'store',
  pg: 'store',
  s3mini: 'store',
  '@napi-rs/keyring': 'identity',
  '@node-saml/node-saml': 'identity',
  ignore: 'guard',
  ws: 'proxy',
  jose: 'identity',
  'openid-client': 'identity',
  '@sigstore/bundle': 'identity',
  '@sigstore/protobuf-specs': 'identity',
  '@sigstore/sign': 'identity',
  '@sigstore/verify': 'identity',
  '@opentelemetry/core': 'telemetry',
  '@opentelemetry/otlp-transformer': 'telemetry',
  '@opentelemetry/resources': 'telemetry',
  '@opentelemetry/sdk-metrics': 'telemetry',
  '@peculiar/x509': 'proxy',
  preact: 'web',
  'preact/hooks': 'web',
  'preact-render-to-string': 'web',
};

/** Too slow to load on every commit: no hook, and not cli/main.ts, may reach these through static imports. */
const SLOW = [
  'ink',
  'react',
  'undici',
  'pg',
  '@node-saml/node-saml',
  's3mini',
  '@sigstore/sign',
  '@sigstore/verify',
  '@opentelemetry/sdk-metrics',
];

interface File {
  readonly path: string;
  readonly folder: string;
  readonly lines: number;
  readonly imports: readonly string[];
  /** Those of them that are still there when it runs. */
  readonly loads: readonly string[];
}

const TYPES = /^import type [^;]+;/gm;
const IMPORT = /(?:\bfrom\s+|^import\s+)'([^']+)'/gm; // static imports only
const files: readonly File[] = existsSync(SRC)
  ? readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => {
        const text = readFileSync(join(SRC, path), 'utf8');
        const imports = importsIn(text);
        const loads = importsIn(text.replaceAll(TYPES, ''));
        return { path, folder: folderOf(path), lines: text.split('\n').length - 1, imports, loads };
      })
  : [];

function importsIn(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? '');
}

function folderOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

function target(from: string, specifier: string): string {
  return relative(SRC, resolve(dirname(join(SRC, from)), specifier));
}

function packagesReachedFrom(path: string, seen: Set<string> = new Set()): Set<string> {
  const reached = new Set<string>();
  if (seen.has(path)) return reached;
  seen.add(path);
  for (const to of files.find((f) => f.path === path)?.loads ?? []) {
    if (!to.startsWith('.')) reached.add(to);
    else for (const p of packagesReachedFrom(target(path, to), seen)) reached.add(p);
  }
  return reached;
}

test('arrows only point down', () => {
  const order = Object.keys(LAYERS);
  const up = order.flatMap((from, i) =>
    (LAYERS[from] ?? []).filter((to) => order.indexOf(to) <= i).map((to) => `${from} -> ${to}`),
  );
  expect(up).toEqual([]);
});

test(`the median file has at most ${FILE_LINES_MEDIAN_MAX} lines`, () => {
  const sizes = files.map((f) => f.lines).toSorted((a, b) => a - b);
  expect(sizes[sizes.length >> 1] ?? 0).toBeLessThanOrEqual(FILE_LINES_MEDIAN_MAX);
});

describe('every file is short', () => {
  test.each(files)('$path', ({ lines }) => expect(lines).toBeLessThanOrEqual(FILE_LINES_MAX));
});

describe('every file imports only what its layer may', () => {
  test.each(files.filter(({ folder }) => folder !== ''))('$path', ({ folder, path, imports }) => {
    const bad = imports.filter((to) => {
      if (!to.startsWith('.')) return to in OWNERS && OWNERS[to] !== folder;
      const there = folderOf(target(path, to));
      return there !== folder && !LAYERS[folder]?.includes(there);
    });
    expect(bad).toEqual([]);
  });
});

describe('what runs on every commit loads nothing slow', () => {
  test.each(files.filter(({ folder, path }) => folder === 'hooks' || path === 'cli/main.ts'))(
    '$path',
    ({ path }) => {
      const reached = packagesReachedFrom(path);
      expect(SLOW.filter((name) => reached.has(name))).toEqual([]);
    },
  );
});
