// A step of the build, after the compiler's: few files in place of hundreds, as loading them is most of what a short command
// costs. Needs esbuild, which only the build has.
import { rm, readdir } from 'node:fs/promises';
import { build, type BuildOptions } from 'esbuild';

/** Native, loaded by few commands, or there only where somebody installed it. */
const LEFT_OUT = [
  '@napi-rs/keyring',
  '@node-saml/node-saml',
  '@peculiar/x509',
  '@photostructure/sqlite',
  '@sigstore/*',
  'isomorphic-git',
  'pg',
  'react-devtools-core',
];

const NODE = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Shared chunks are loaded when they are asked for. */
const SPLIT = {
  ...NODE,
  splitting: true,
  mainFields: ['module', 'main'],
  external: LEFT_OUT,
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;

for (const name of await readdir('dist/hooks'))
  if (name.startsWith('bundle')) await rm(`dist/hooks/${name}`);
await rm('dist/bundle', { recursive: true, force: true });

await Promise.all([
  build({
    ...SPLIT,
    entryPoints: ['dist/cli/main.js', 'dist/flow/attribute/recorded-origins.js'],
    outdir: 'dist/bundle',
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
  }),
  build({
    ...SPLIT,
    entryPoints: ['dist/hooks/main.js'],
    outdir: 'dist/hooks',
    entryNames: 'bundle',
    chunkNames: 'bundle-[name]-[hash]',
  }),
  build({
    ...NODE,
    // as CommonJS: an ES module costs 5 ms more to load
    format: 'cjs',
    entryPoints: ['dist/cli/blame-main.js'],
    outfile: 'dist/bundle/blame.cjs',
    mainFields: ['module', 'main'],
    external: ['*/recorded-origins.js', '@napi-rs/keyring', '@sigstore/*'],
    define: { 'import.meta': 'here' },
    banner: {
      js: `const { pathToFileURL: fileUrl } = require('node:url');
const here = { url: fileUrl(__filename).href, resolve: (name) => fileUrl(require.resolve(name)).href };`,
    },
  }),
  build({
    entryPoints: ['src/web/main.tsx', 'src/web/main.css', 'src/web/index.html', 'src/web/icon.svg'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.html': 'copy', '.svg': 'copy' },
    legalComments: 'none',
    outdir: 'dist/web',
    logLevel: 'warning',
  }),
  build({
    ...NODE,
    entryPoints: ['src/web/render.tsx'],
    legalComments: 'none',
    outdir: 'dist/web',
  }),
]);
