// Values at places of a JSON text become placeholders, in whatever chunks it comes.
import { expect, test } from 'vitest';
import { openJsonPaths } from '../../src/wire/json-paths.ts';
import { openPathMask, type PathMask } from '../../src/wire/path-mask.ts';
import { cutAt } from './cuts.ts';

const open = (paths: readonly string[]): PathMask =>
  openPathMask({
    isMasked: openJsonPaths(paths),
    hide: (value) => `<${value.slice(0, 9)}>`,
    facts: { rule: 'r', direction: 'toAgent', isForwarded: false, channel: 'body' },
  });
const run = (mask: PathMask, chunks: readonly Uint8Array[]): string =>
  Buffer.concat([...chunks.map((one) => mask.push(one)), mask.end()]).toString();

test.each([
  ['$.data.*', '{"data":{"a":"x","b":2},"c":"y"}', '{"data":{"a":"<x>","b":"<2>"},"c":"y"}'],
  ['$.data', '{"data":{"a":["x",{"b":-1.5e3}]}}', '{"data":{"a":["<x>",{"b":"<-1.5e3>"}]}}'],
  ['$.data', '{ "data" : "x" }\n', '{ "data" : "<x>" }\n'],
  [
    '$.items[*].data.*',
    '{"items":[{"data":{"a":"x"}},{"n":"y"}]}',
    '{"items":[{"data":{"a":"<x>"}},{"n":"y"}]}',
  ],
  ['$.items[1]', '{"items":["a","b","c"]}', '{"items":["a","<b>","c"]}'],
  [
    '$..password',
    '{"a":[{"password":"x"}],"password":"y"}',
    '{"a":[{"password":"<x>"}],"password":"<y>"}',
  ],
  ['$..[0]', '[["a","b"],{"c":["d"]}]', '[["<a>","<b>"],{"c":["<d>"]}]'],
  ["$['a.b']", '{"a.b":"x","a":{"b":"y"}}', '{"a.b":"<x>","a":{"b":"y"}}'],
  ['$.ä', '{"\\u00e4":"x","ä":"y"}', '{"\\u00e4":"<x>","ä":"<y>"}'],
  ['$.a', '{"a":true,"b":null}{"a":null}{"a":""}', '{"a":true,"b":null}{"a":null}{"a":""}'],
  ['$.a', '{"a":"x"}\n{"a":"y"}\n', '{"a":"<x>"}\n{"a":"<y>"}\n'],
  ['$.a', '{"a":"q\\"\\u0041","z":"\\"a\\":1"}', '{"a":"<q"A>","z":"\\"a\\":1"}'],
  ['$.*', '{"a":{"b":"c"}}', '{"a":{"b":"<c>"}}'],
  ['$.b', '{"a":"b","c":["b"]}', '{"a":"b","c":["b"]}'],
  ['$.a', '{"a":"cut off in the mid', '{"a":"<cut off i>"'],
])('%s in %s', (path, text, wanted) => {
  const bytes = Buffer.from(text);
  expect(run(open([path]), [bytes])).toBe(wanted);
  for (let at = 1; at < bytes.length; at += 1)
    expect(run(open([path]), cutAt(bytes, [at]))).toBe(wanted);
  const every = Array.from({ length: bytes.length }, (_, i) => i);
  expect(run(open([path]), cutAt(bytes, every))).toBe(wanted);
});

test('where they stood, in bytes', () => {
  const mask = open(['$.a']);
  const text = '{"ö":1,"a":"xy","b":{"a":3}}';
  run(mask, [Buffer.from(text)]);
  const [only, ...others] = mask.masks();
  expect(others).toEqual([]);
  expect(only).toMatchObject({ rule: 'r', placeholder: '<xy>' });
  const parts = only?.ranges.map(([start, end]) => Buffer.from(text).subarray(start, end));
  expect(parts?.map(String)).toEqual(['"xy"']);
});

test('two paths at once', () => {
  expect(run(open(['$.a', '$.b.c']), [Buffer.from('{"a":"1","b":{"c":"2","d":"3"}}')])).toBe(
    '{"a":"<1>","b":{"c":"<2>","d":"3"}}',
  );
});

test('bytes that are no UTF-8 stay', () => {
  const bytes = Buffer.from([...Buffer.from('{"b":"'), 0xff, 0xc3, ...Buffer.from('"}')]);
  const mask = open(['$.a']);
  expect(Buffer.concat([mask.push(bytes), mask.end()]).equals(bytes)).toBe(true);
});

test.each(['not found', 'k8s\u0000\n\u0001', 'a=b&c=d', '<html>', '}', '"a":1'])(
  'no JSON: %j',
  (text) => {
    expect(() => run(open(['$.a']), [Buffer.from(text)])).toThrow(/no JSON/);
  },
);
