// Other programs' settings files: what is put in is all that changes, and it comes out again, whoever wrote there since.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  holdsTrace,
  type Inserted,
  insertChange,
  removeTrace,
  type Trace,
} from '../../src/config/edit-settings.ts';
import { digestOf } from '../../src/config/settings-digest.ts';
import type { SettingsChange } from '../../src/model/settings-change.ts';

const PATH = '/home/ada/settings.json';
const member: SettingsChange = {
  kind: 'member',
  path: PATH,
  at: ['env', 'URL'],
  value: 'x:1',
};
const item: SettingsChange = {
  kind: 'item',
  path: PATH,
  at: ['hooks', 'Start'],
  value: { hooks: [{ type: 'command', command: 'aitrail' }] },
};
const line: SettingsChange = { kind: 'line', path: PATH, text: 'url = "x:1"' };

const traceOf = (change: SettingsChange, { made }: Inserted): Trace => ({
  kind: change.kind,
  at: 'at' in change ? change.at : [],
  digest: digestOf(change),
  made,
});

const put = (before: string, change: SettingsChange): Inserted => {
  const inserted = insertChange(before, change);
  if (inserted === null) throw new Error('it was there already');
  return inserted;
};

const withoutSpan = ({ text, start, length }: Inserted): string =>
  text.slice(0, start) + text.slice(start + length);

const FILES = {
  'no file': '',
  'an empty object': '{}\n',
  'nothing beside it': '{\n  "a": 1\n}\n',
  'comments and a last comma': '// mine\n{\n\t"a": [1, 2], // keep\n\t/* b */ "b": {},\n}\n',
  'one line': '{"a": {"b": true}, "env": {"A": "b"}}',
  'Windows lines': '{\r\n    "env": {\r\n        "A": "b"\r\n    }\r\n}\r\n',
  'the list is there': '{\n  "hooks": {\n    "Start": [\n      { "hooks": [] }\n    ]\n  }\n}\n',
  'an empty list': '{ "hooks": { "Start": [ ] }, "env": { } }\n',
} as const;

const valueOf = (text: string): unknown =>
  text.trim() === ''
    ? {}
    : JSON.parse(text.replaceAll(/\/\/.*|\/\*.*?\*\//g, '').replaceAll(/,(\s*[}\]])/g, '$1'));

const wantOf = (change: SettingsChange): object =>
  change === member
    ? { env: { URL: 'x:1' } }
    : { hooks: { Start: expect.arrayContaining([item.value]) } };

describe.each(Object.entries(FILES))('%s', (_title, before) => {
  test.each([
    ['a member', member],
    ['an item', item],
  ])('%s is put in and everything else stays', (_what, change) => {
    const inserted = put(before, change);
    expect(withoutSpan(inserted)).toBe(before);
    expect(valueOf(inserted.text)).toMatchObject(wantOf(change));
    expect(insertChange(inserted.text, change)).toBeNull();
    expect(inserted.text.includes('\r\n')).toBe(before.includes('\r\n'));
    expect(/[^\r]\n/.test(inserted.text)).toBe(
      !before.includes('\r\n') && inserted.text.includes('\n'),
    );
    const removed = removeTrace(inserted.text, traceOf(change, inserted)) ?? 'gone';
    expect(valueOf(removed)).toEqual(valueOf(before));
    for (const comment of before.match(/\/\/.*|\/\*.*?\*\//g) ?? [])
      expect(removed).toContain(comment);
  });

  test('both come out of a file that its program has written anew', () => {
    const first = put(before, item);
    const second = put(first.text, member);
    const anew = JSON.stringify(valueOf(second.text));
    const half = removeTrace(anew, traceOf(member, second)) ?? '';
    expect(valueOf(removeTrace(half, traceOf(item, first)) ?? 'gone')).toEqual(valueOf(before));
  });
});

test.each([
  ['{ // c\n "env": { "URL": "x:1" }, "b": 2}', '{ // c\n  "b": 2}'],
  ['{ // c\n "env": { "URL": "x:1" } }', '{ // c\n  }'],
  ['{\n  "a": 1,\n  "env": { "URL": "x:1" }\n}\n', '{\n  "a": 1\n}\n'],
  ['{\n  "env": { "URL": "x:1" },\n  "a": 1\n}\n', '{\n  "a": 1\n}\n'],
])('%j without ours is %j', (now, want) => {
  const trace = { kind: 'member', at: ['env', 'URL'], digest: digestOf(member), made: 2 } as const;
  expect(removeTrace(now, trace)).toBe(want);
});

test('what somebody has changed is theirs', () => {
  const inserted = put(FILES['nothing beside it'], member);
  const trace = traceOf(member, inserted);
  expect(removeTrace(inserted.text.replace('x:1', 'y:2'), trace)).toBeNull();
  expect(holdsTrace(inserted.text.replace('"a": 1', '"a": 2'), trace)).toBe(true);
  expect(removeTrace('not JSON', trace)).toBeNull();
  expect(removeTrace('', trace)).toBeNull();
});

test.each([
  ['no JSON', 'url: x', 'SETTINGS_UNREADABLE'],
  ['a list', '[]', 'SETTINGS_UNREADABLE'],
  ['another value', '{"env": {"URL": "y:2"}}', 'SETTINGS_TAKEN'],
  ['a string where an object should be', '{"env": "x"}', 'SETTINGS_TAKEN'],
])('%s is left alone', (_what, before, code) => {
  expect(() => insertChange(before, member)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ['', 'url = "x:1"\n'],
  ['# mine\na = 1\n\n[t]\n', 'url = "x:1"\n# mine\na = 1\n\n[t]\n'],
  ['a = 1\r\n', 'url = "x:1"\r\na = 1\r\n'],
])('a line goes before %j', (before, after) => {
  const inserted = put(before, line);
  expect(inserted.text).toBe(after);
  expect(withoutSpan(inserted)).toBe(before);
  const trace = traceOf(line, inserted);
  expect(removeTrace(`# later\n${after}`, trace)).toBe(`# later\n${before}`);
  expect(removeTrace(before, trace)).toBeNull();
});

test('any JSON in any layout: in and out again', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const object = fc.dictionary(
    fc.string(),
    fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf)),
  );
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1, 2, '\t'), (value, indent) => {
      const before = JSON.stringify(value, null, indent);
      if ('env' in value || 'hooks' in value) return;
      const inserted = put(before, member);
      expect(withoutSpan(inserted)).toBe(before);
      expect(JSON.parse(inserted.text)).toEqual({ ...value, env: { URL: 'x:1' } });
      const removed = removeTrace(
        JSON.stringify(JSON.parse(inserted.text)),
        traceOf(member, inserted),
      );
      expect(JSON.parse(removed ?? 'null')).toEqual(value);
    }),
  );
});
