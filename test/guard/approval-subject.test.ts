// What an approval is about: equal content has one digest, whatever differs has another.
import { expect, test } from 'vitest';
import {
  callSubject,
  commitSubject,
  coverChange,
  httpSubject,
  parseChanges,
  pushSubject,
  type SubjectChange,
  subjectChange,
  textSubject,
} from '../../src/guard/approval-subject.ts';

const bash = (input: unknown, name = 'Bash'): { id: string; name: string; input: unknown } => ({
  id: 'any',
  name,
  input,
});
const change = (path: string, old: string | null, next: string | null): SubjectChange => ({
  path,
  old,
  new: next,
});
const body = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const request = { method: 'POST', url: 'https://api.example/user/repos', body: body('{"a":1}') };
const push = { ref: 'refs/heads/main', tip: 'a'.repeat(40), patchIds: ['b'.repeat(40)] };

test.each([
  [
    'order of members',
    callSubject(bash({ a: 1, b: 2 }), []),
    callSubject(bash({ b: 2, a: 1 }), []),
  ],
  ['order of paths', callSubject(bash(1), ['b', 'a']), callSubject(bash(1), ['a', 'b', 'a'])],
  [
    'order of files',
    commitSubject([change('b', null, '1'), change('a', null, '2')]),
    commitSubject([change('a', null, '2'), change('b', null, '1')]),
  ],
  [
    'a change named by modes and blobs',
    commitSubject([
      subjectChange({
        path: 'a',
        oldMode: '000000',
        newMode: '100755',
        oldBlob: null,
        newBlob: 'f'.repeat(40),
      }),
    ]),
    commitSubject([change('a', null, `100755 ${'f'.repeat(40)}`)]),
  ],
])('%s makes no difference', (_, one, other) => {
  expect(one.digest).toBe(other.digest);
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['the tool', callSubject(bash(1), []), callSubject(bash(1, 'Write'), [])],
  ['the arguments', callSubject(bash({ a: 1 }), []), callSubject(bash({ a: 2 }), [])],
  ['where a path leads', callSubject(bash(1), ['x']), callSubject(bash(1), ['auth/x'])],
  ['prompt or text', textSubject('prompt', 'x'), textSubject('text', 'x')],
  ['the method', httpSubject(request), httpSubject({ ...request, method: 'PUT' })],
  ['the query', httpSubject(request), httpSubject({ ...request, url: `${request.url}?x` })],
  ['the body', httpSubject(request), httpSubject({ ...request, body: body('{"a":2}') })],
  [
    'bytes that are no text',
    httpSubject({ ...request, body: body('\xff') }),
    httpSubject({ ...request, body: body('\xfe') }),
  ],
  ['the blob', commitSubject([change('a', null, '1')]), commitSubject([change('a', null, '2')])],
  [
    'the blob before',
    commitSubject([change('a', '0', '1')]),
    commitSubject([change('a', null, '1')]),
  ],
  ['the path', commitSubject([change('a', null, '1')]), commitSubject([change('b', null, '1')])],
  ['the branch', pushSubject(push), pushSubject({ ...push, ref: 'refs/heads/release/1' })],
  ['the tip', pushSubject(push), pushSubject({ ...push, tip: 'c'.repeat(40) })],
  ['the patches', pushSubject(push), pushSubject({ ...push, patchIds: [] })],
])('%s makes a difference', (_, one, other) => {
  expect(one.digest).not.toBe(other.digest);
});

test.each([
  ['one step', change('a', '0', '1'), [[change('a', '0', '1')]], [0]],
  [
    'two steps: an amended commit',
    change('a', '0', '2'),
    [[change('a', '1', '2')], [change('a', '0', '1')]],
    [1, 0],
  ],
  [
    'added, then edited',
    change('a', null, '2'),
    [[change('a', null, '1')], [change('a', '1', '2')]],
    [0, 1],
  ],
  ['another file', change('a', '0', '1'), [[change('b', '0', '1')]], null],
  ['another start', change('a', '0', '1'), [[change('a', '9', '1')]], null],
  ['a step short', change('a', '0', '2'), [[change('a', '0', '1')]], null],
  [
    'round in circles',
    change('a', '0', '3'),
    [[change('a', '0', '1'), change('a', '1', '0')]],
    null,
  ],
  ['nothing approved', change('a', '0', '1'), [], null],
])('coverChange: %s', (...[, wanted, approved, want]) => {
  expect(coverChange(wanted, approved)).toEqual(want);
});

test('the changes of a subject are read back, and nothing else is taken for one', () => {
  const changes = [change('a', null, '1'), change('b', '2', null)];
  expect(parseChanges(commitSubject(changes).text)).toEqual(changes);
  expect(parseChanges(textSubject('text', 'x').text)).toBeNull();
  expect(parseChanges('{"kind":"commit","changes":[1]}')).toBeNull();
});
