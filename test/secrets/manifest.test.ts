// What is masked of Kubernetes manifests: each value between ‹› and nothing else.
import { expect, test } from 'vitest';
import { maskText } from '../../src/secrets/mask-text.ts';
import { openScanner } from '../../src/secrets/scanner.ts';

const masker = { scanner: openScanner(), key: Buffer.alloc(32, 7) };

const YAML = `apiVersion: v1
data:
  username: ‹YWRtaW4tdXNlcg==›
  short: ‹YQ==›
  empty: ""
  tls.crt: ‹bm90IHNlY3JldA==›
kind: Secret
metadata:
  name: db
  creationTimestamp: "2026-01-01T00:00:00Z"
type: Opaque
`;
const indented = (text: string): string =>
  text.replaceAll(/^(?=.)/gm, '    ').replace(/^ {4}/, '  - ');
const WRITTEN = `---
kind: Secret
stringData:
  dsn: "‹one two›"
  config: |
    ‹line one
    line two›
  ref: \${DB_PASSWORD}
---
kind: ConfigMap
data:
  mode: production
`;
const JSON_TEXT = `{
  "apiVersion": "v1",
  "data": { "user": "‹YWRtaW4tdXNlcg==›", "n": "‹YQ==›" },
  "kind": "Secret",
  "metadata": { "name": "db", "annotations": {
    "last": "{\\"data\\":{\\"user\\":\\"‹YWRtaW4tdXNlcg==›\\"},\\"kind\\":\\"Secret\\"}" } }
}`;
const OTHER = `apiVersion: v1
data:
  mode: production
kind: ConfigMap
metadata:
  name: about-Secret-things
`;

test.each([
  ['as kubectl prints it', YAML],
  [
    'a list',
    `apiVersion: v1\nitems:\n${indented(YAML)}${indented(OTHER)}${indented(YAML)}kind: List\n`,
  ],
  ['as people write it', WRITTEN],
  ['JSON', JSON_TEXT],
  ['JSON of another kind', JSON_TEXT.replaceAll('Secret', 'Other').replaceAll(/[‹›]/g, '')],
  ['a ConfigMap', OTHER],
  ['source code', 'const kind = "Secret";\nexport const data: Secret = { a: "b" };\n'],
])('%s', (_, marked) => {
  const text = marked.replaceAll(/[‹›]/g, '');
  const masked = maskText(masker, text).text.replaceAll(/AITRAIL_\w+?_[0-9a-f]{8}/g, '▮');
  expect(masked).toBe(marked.replaceAll(/‹[^›]*›/g, '▮'));
});
