// What masking at commit leaves behind, given to the parsers of each language.
import { spawnSync } from 'node:child_process';
import { transformSync } from 'esbuild';
import { parse as parseToml } from 'smol-toml';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { findSecrets } from '../../src/guard/find-secrets.ts';
import { replaceSecrets } from '../../src/guard/replace-secrets.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { fillShape } from '../secrets/sample.ts';

const PAT = fillShape('ghp_{A36}');
const MARK = 'AITRAIL_github_pat_0a1b2c3d';
const scanner = openScanner();

/** @returns the masked text, null where masking refuses. */
function mask(path: string, text: string): string | null {
  const runs = [{ firstLine: 1, lines: text.split('\n') }];
  const hits = findSecrets([{ path, runs }], scanner, []);
  expect(hits.length).toBeGreaterThan(0);
  return replaceSecrets(
    path,
    text,
    hits.map((hit) => ({ hit, placeholder: MARK })),
  );
}

const python = (text: string): boolean =>
  spawnSync('python3', ['-c', 'import ast,sys; ast.parse(sys.stdin.read())'], { input: text })
    .status === 0;

type Parser = (text: string) => unknown;

/** Each throws where the text is none of its language. */
const PARSERS: Readonly<Record<string, Parser>> = {
  json: (text) => JSON.parse(text),
  yaml: (text) => {
    const { errors } = parseDocument(text);
    if (errors[0] !== undefined) throw errors[0];
  },
  toml: (text) => parseToml(text),
  ts: (text) => transformSync(text, { loader: 'ts' }),
  js: (text) => transformSync(text, { loader: 'js' }),
  py: (text) => {
    if (!python(text)) throw new SyntaxError('no Python');
  },
};

/** With the token as X. */
const SAMPLES: readonly (readonly [path: string, text: string])[] = [
  ['a.json', '{"a": {"token": "X"}, "list": ["X", 1]}'],
  [
    'a.yaml',
    'token: X\nquoted: "X"\nsingle: \'X\'\nblock: |\n  export T=X\nflow: {a: X, b: [X]}\n',
  ],
  ['a.yaml', 'env:\n  - name: TOKEN\n    value: X # a note\n'],
  ['a.toml', '[a]\ntoken = "X"\nliteral = \'X\'\nlist = ["X"]\n'],
  ['a.ts', 'const a: string = "X";\nconst b = `x ${a} X`;\n// X\nexport default { t: \'X\' };\n'],
  ['a.js', 'fetch("/x", { headers: { authorization: "token X" } });\n/* X\n * X */\n'],
  ['a.py', 'T = "X"\nD = {"t": \'X\'}\nS = f"x {T} X"\n# X\nM = """\nT = "X"\n"""\n'],
];

test.each(SAMPLES)('%s: %j', (path, sample) => {
  const parse = PARSERS[path.split('.').at(-1) ?? ''];
  const text = sample.replaceAll('X', PAT);
  const masked = mask(path, text);
  expect(masked).toBe(sample.replaceAll('X', MARK));
  expect(() => parse?.(masked ?? '')).not.toThrow();
});

/** A word that is code, or that something else checks. */
test.each([
  ['a.py', 'T = X\n'],
  ['a.ts', 'const t = X;\n'],
  ['package-lock.json', '{"a": "X"}'],
  ['a.toml', 'many = """\nX\n"""\n'], // nothing on the line says that it is a string
  ['poetry.lock', 't = "X"\n'],
  ['a.txt', '-----BEGIN PGP SIGNED MESSAGE-----\n\nX\n'],
  ['a.yaml', 'integrity: sha512-X\n'],
  ['bundle.min.js', 'var t="X";\n'],
])('left alone: %s %j', (path, sample) => {
  expect(mask(path, sample.replaceAll('X', PAT))).toBe(null);
});
