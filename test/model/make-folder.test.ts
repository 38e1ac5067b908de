// Folders for what we keep: made one by one, and an answer where none can be made.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from '../../src/model/make-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'folder-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('all that is missing, for its owner alone', () => {
  const path = join(dir, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('what is there keeps its mode', () => {
  mkdirSync(join(dir, 'open'), { mode: 0o755 });
  makeFolder(join(dir, 'open', 'inner'));
  expect(statSync(join(dir, 'open')).mode & 0o777).toBe(0o755);
});

writeFileSync(join(dir, 'file'), '');
test.each([
  ['below a file', join(dir, 'file', 'x')],
  // there Node's own recursion never ends
  ['where the system keeps processes', '/proc/aitrail/x'],
  ['below a device', '/dev/null/x'],
])('%s', (_, path) => {
  expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: 'STORE_UNREADABLE' }));
});
