// What stands after a telling name in bundled and generated code, and is none of its secrets: seen in real packages.
import { expect, test } from 'vitest';
import { openScanner } from '../../src/secrets/scanner.ts';
import { drawText } from './sample.ts';

const scanner = openScanner();
const VALUE = `x${drawText('A-Za-z0-9', 19)}7`;

test.each([
  '  PassThrough as PassThrough2,',
  'var { PassThrough: PassThrough2 } = __require("stream");',
  '__classPrivateFieldIn: __classPrivateFieldIn2,',
  'netUtils.ipIsPrivateV4Address = ipIsPrivateV4Address;',
  'maxOutputTokens: config2?.maxOutputTokens,',
  'maxTokens: +obj.maxTokens.toFixed(3),',
  'jwt: /^[A-Za-z0-9-_]+\\.[A-Za-z0-9-_]+\\.[A-Za-z0-9-_]*$/',
  'SQLITE_PRIVATE sqlite3_int64 sqlite3BtreeMaxRecordSize(BtCursor*);',
  'typedef struct Fts5TokenDataIter Fts5TokenDataIter;',
  `[![c](https://codecov.io/gh/a/b/branch/main/graph/badge.svg?token=${VALUE})](https://x.y)`,
])('%s', (text) => {
  expect(scanner.scan(text)).toEqual([]);
});

test.each([
  `clientToken: ${VALUE}`,
  `const token = "${VALUE}";`,
  `https://x.example/graph?token=${VALUE}`,
  `password ${VALUE}`,
])('still found: %s', (text) => {
  expect(scanner.scan(text)).toMatchObject([{ start: text.indexOf(VALUE) }]);
});
