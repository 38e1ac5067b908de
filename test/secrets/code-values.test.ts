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
  'type ParenToken = OpenParenToken$1;',
  '["classPrivateFieldSet2","_classPrivateFieldSet2"]',
  '["getVisitorKeys","_classPrivateFieldGet4"]',
  'PrivateIdentifier: "name:string:0",',
  'var isPrivate = !!decInfo[3];',
  'case"hmacWithSHA224":t=n.md.sha512.create();',
  'case"hmacWithSHA384":e=e.substr(8);',
  'ownPass: !!ownPass,',
  'let needsInstancePrivateBrandCheck=!1,other=[];',
  'const{loc,start,end}=token,hashEndPos=start+1;',
  'qb.openParenToken=qb.tokens.length:123===f',
  '// Set-Cookie: cookie1_name=cookie1_value',
  '"aria-practices": "github:w3c/aria-practices#18c1a2fca626f7aeb33270e23ae9b18833e2164d",',
  '"pass": "1\u3064\u306e\u30ed\u30fc\u30eb\u5024\u306e\u307f"'.replace(
    /\\u([0-9a-f]{4})/g,
    (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)),
  ),
  'https://img.shields.io/badge/slack-join%20chat-E2206F.svg?style=flat-square',
  'MONGODB_URI="mongodb://user:pass@localhost:27017/app"',
  `data:application/json;base64,${'QUJD'.repeat(12)}+IGQ${drawText('A-Za-z0-9', 80)}`,
  `[![c](https://codecov.io/gh/a/b/branch/main/graph/badge.svg?token=${VALUE})](https://x.y)`,
  '"x-anthropic-billing-header: cc_version=2.1.329.bf6; cc_entrypoint=sdk-cli;"',
])('%s', (text) => {
  expect(scanner.scan(text)).toEqual([]);
});

test.each([
  `clientToken: ${VALUE}`,
  `const token = "${VALUE}";`,
  `https://x.example/graph?token=${VALUE}`,
  `password ${VALUE}`,
  `mapquest = "${VALUE}"`,
  `{"assemblyai": "${VALUE}"}`,
  `x-anthropic-billing-header: token=${VALUE}`,
])('still found: %s', (text) => {
  expect(scanner.scan(text)).toMatchObject([{ start: text.indexOf(VALUE) }]);
});

test('a cookie is one value, its name included', () => {
  expect(scanner.scan(`Cookie: sid=${VALUE}`)).toMatchObject([{ start: 8 }]);
});
