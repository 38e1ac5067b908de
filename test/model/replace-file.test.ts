import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../src/model/replace-file.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'replace-'))));
afterEach(() => rmSync(dir, { recursive: true }));

test('what two write at once is one of both, whole, with its mode and nothing beside it', async () => {
  const path = join(dir, 'state');
  writeFileSync(path, 'old', { mode: 0o644 });
  const texts = ['a', 'b'].map((letter) => letter.repeat(3_000_000));
  await Promise.all(texts.map((text) => replaceFile(path, text, 0o600)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['state']);
});

test('what cannot be put there leaves all as it was', async () => {
  const path = join(dir, 'state');
  mkdirSync(join(path, 'full'), { recursive: true });
  await expect(replaceFile(path, 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(dir)).toEqual(['state']);
});
