// The log's arithmetic against published vectors and against itself: every tree, every leaf, every older size.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkProof, openCheckpoint } from '../../src/log/check-proof.ts';
import {
  formatCheckpoint,
  formatProof,
  parseCheckpoint,
  parseProof,
} from '../../src/log/checkpoint.ts';
import { emptyRoot, leafHash } from '../../src/log/hash.ts';
import { formatLeaf, saltedDigest } from '../../src/log/leaf.ts';
import {
  formatSigner,
  formatVkey,
  noteKey,
  openNote,
  parseSigner,
  parseVkey,
  signNote,
} from '../../src/log/note.ts';
import {
  foldHashes,
  formatEntries,
  parseEntries,
  tilePath,
  tilesBetween,
} from '../../src/log/tile.ts';
import { proveConsistency, proveInclusion, treeRoot, type NodeReader } from '../../src/log/tree.ts';
import { isConsistent, isIncluded } from '../../src/log/verify.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const reader =
  (leaves: readonly Uint8Array[]): NodeReader =>
  (level, index) =>
    foldHashes(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

describe('the tree', () => {
  // the leaves and roots that Certificate Transparency's implementations share
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map((text) => leafHash(Buffer.from(text, 'hex')));
  test.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('root of %i reference leaves', (size, want) => {
    expect(hex(treeRoot(reader(leaves.slice(0, size)), size))).toBe(want);
  });

  const SIZE_MAX = 70;
  const many = Array.from({ length: SIZE_MAX }, (_, i) => leafHash(Buffer.from(String(i))));
  const read = reader(many);
  const roots = Array.from({ length: SIZE_MAX + 1 }, (_, size) => treeRoot(read, size));
  const rootOf = (size: number): Uint8Array => roots[size] ?? emptyRoot();
  const wrong = leafHash(Buffer.from('wrong'));

  test('every leaf of every tree is proved, and nothing else is', () => {
    for (let size = 1; size <= SIZE_MAX; size += 1)
      for (let index = 0; index < size; index += 1) {
        const path = proveInclusion(read, index, size);
        const claim = { index, size, root: rootOf(size), leafHash: many[index] ?? wrong };
        expect(isIncluded(claim, path), `${index} in ${size}`).toBe(true);
        expect(isIncluded({ ...claim, leafHash: wrong }, path)).toBe(false);
        expect(isIncluded({ ...claim, index: index + 1 }, path)).toBe(false);
        expect(isIncluded(claim, [...path, wrong])).toBe(false);
        expect(isIncluded(claim, path.slice(1))).toBe(path.length === 0);
      }
  });

  test('every tree begins with every older one, and with no other', () => {
    for (let newSize = 1; newSize <= SIZE_MAX; newSize += 1)
      for (let oldSize = 1; oldSize <= newSize; oldSize += 1) {
        const path = proveConsistency(read, oldSize, newSize);
        const claim = { oldSize, newSize, oldRoot: rootOf(oldSize), newRoot: rootOf(newSize) };
        expect(isConsistent(claim, path), `${oldSize} in ${newSize}`).toBe(true);
        expect(isConsistent({ ...claim, oldRoot: wrong }, path)).toBe(false);
        expect(isConsistent({ ...claim, newRoot: wrong }, path)).toBe(false);
        expect(isConsistent(claim, [...path, wrong])).toBe(false);
      }
  });

  test('every tree begins with the empty one', () => {
    const claim = { oldSize: 0, newSize: 3, oldRoot: emptyRoot(), newRoot: rootOf(3) };
    expect(proveConsistency(read, 0, 3)).toEqual([]);
    expect(isConsistent(claim, [])).toBe(true);
    expect(isConsistent(claim, [wrong])).toBe(false);
  });

  test('indexes beyond 32 bits keep all their digits', () => {
    // a tree of 2^40 + 3 leaves in which all complete subtrees of a level are alike
    const uniform: Uint8Array[] = [leafHash(Buffer.from('same'))];
    const level = (n: number): Uint8Array => {
      while (uniform.length <= n) {
        const below = uniform.at(-1) ?? wrong;
        uniform.push(foldHashes([below, below]));
      }
      return uniform[n] ?? wrong;
    };
    const size = 2 ** 40 + 3;
    const claim = { index: 2 ** 40 + 1, size, root: treeRoot(level, size), leafHash: level(0) };
    expect(isIncluded(claim, proveInclusion(level, claim.index, size))).toBe(true);
    const oldSize = 2 ** 33 + 5;
    const growth = {
      oldSize,
      newSize: size,
      oldRoot: treeRoot(level, oldSize),
      newRoot: claim.root,
    };
    expect(isConsistent(growth, proveConsistency(level, oldSize, size))).toBe(true);
    expect(() => proveInclusion(level, size, size)).toThrow(RangeError);
    expect(() => proveConsistency(level, size + 1, size)).toThrow(RangeError);
  });
});

describe('tiles', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 1, index: 1234067, width: 256 }, 'tile/1/x001/x234/067'],
    [{ level: 0, index: 1, width: 5 }, 'tile/0/001.p/5'],
    [{ level: 'entries' as const, index: 1000, width: 256 }, 'tile/entries/x001/000'],
  ])('path of %o', (tile, want) => expect(tilePath(tile)).toBe(want));

  test.each([
    [0, 0, []],
    [0, 5, ['tile/entries/000.p/5', 'tile/0/000.p/5']],
    [5, 5, []],
    [250, 256, ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']],
    [
      256,
      520,
      [
        'tile/entries/001',
        'tile/entries/002.p/8',
        'tile/0/001',
        'tile/0/002.p/8',
        'tile/1/000.p/2',
      ],
    ],
    [512, 513, ['tile/entries/002.p/1', 'tile/0/002.p/1']],
    [65535, 65536, ['tile/entries/255', 'tile/0/255', 'tile/1/000', 'tile/2/000.p/1']],
  ])('files between %i and %i leaves', (from, size, want) =>
    expect(tilesBetween(from, size).map(tilePath)).toEqual(want),
  );

  test('entry bundles come back whole, cut ones do not', () => {
    const entries = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(65_535, 7)];
    const bundle = formatEntries(entries);
    expect(parseEntries(bundle)?.map(hex)).toEqual(entries.map(hex));
    expect(parseEntries(bundle.subarray(0, -1))).toBeNull();
    expect(() => formatEntries([Buffer.alloc(65_536)])).toThrow(RangeError);
  });
});

describe('notes', () => {
  const signer = { name: 'aitrail.local/test', seed: randomBytes(32) };
  const key = noteKey(signer);

  test("the example of Go's note package opens under its key", () => {
    const known = parseVkey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
    expect(known === null ? null : openNote(note, known)).toMatchObject({
      kind: 'signed',
      note: { text },
    });
  });

  test('keys travel as text', () => {
    expect(parseVkey(formatVkey(key))).toEqual(key);
    expect(parseSigner(formatSigner(signer))).toEqual(signer);
    expect(parseVkey(formatVkey(key).replace('+', 'x+'))).toBeNull();
    expect(parseVkey('')).toBeNull();
  });

  const note = signNote('a\nb\n', signer);
  test.each([
    ['as signed', note, 'signed'],
    [
      'with a stranger below',
      signNote('a\nb\n', { name: 'other', seed: randomBytes(32) }),
      'unsigned',
    ],
    ['with other text', note.replace('a', 'c'), 'forged'],
    ['without a signature', 'a\nb\n', 'malformed'],
    ['with a carriage return', note.replace('a', 'a\r'), 'malformed'],
    ['with its line twice', `${note}${note.split('\n').at(-2) ?? ''}\n`, 'malformed'],
    ['without its last line end', note.slice(0, -1), 'malformed'],
  ])('a note %s', (_, text, want) => expect(openNote(text, key).kind).toBe(want));

  test('a checkpoint and a proof say what they were given', () => {
    const leaf = formatLeaf({
      kind: 'event',
      id: 'e',
      at: '2026-01-01T00:00:00.000Z',
      digests: { record: null },
    });
    const checkpoint = { origin: signer.name, size: 1, root: leafHash(leaf) };
    const signed = signNote(formatCheckpoint(checkpoint), signer);
    const vkey = formatVkey(key);
    expect(openCheckpoint(signed, vkey)).toEqual(checkpoint);
    const proof = { index: 0, path: [], checkpoint: signed };
    expect(parseProof(formatProof(proof))).toEqual(proof);
    const text = formatProof(proof);
    expect(checkProof(text, vkey, leaf)).toEqual({ kind: 'included', index: 0, checkpoint });
    expect(checkProof(text, vkey, Buffer.from('x')).kind).toBe('not-included');
    expect(checkProof(text.replace('index 0', 'index 00'), vkey, leaf).kind).toBe('malformed');
    expect(checkProof(text.replace('\n1\n', '\n2\n'), vkey, leaf).kind).toBe('bad-signature');
    const foreign = formatProof({
      ...proof,
      checkpoint: signNote(formatCheckpoint({ ...checkpoint, origin: 'x' }), signer),
    });
    expect(checkProof(foreign, vkey, leaf).kind).toBe('wrong-origin');
  });

  test.each([
    '',
    'a\n1\n',
    'a\n01\nAAAA\n',
    `a\n1\n${'A'.repeat(43)}=`,
    `\n1\n${'A'.repeat(43)}=\n`,
  ])('no checkpoint: %j', (text) => expect(parseCheckpoint(text)).toBeNull());
});

test('a leaf is one spelling of its record, and a digest needs its salt', () => {
  const leaf = formatLeaf({ kind: 'exchange', id: 'x', at: 't', digests: { b: '1', a: null } });
  expect(Buffer.from(leaf).toString()).toBe(
    '{"at":"t","digests":{"a":null,"b":"1"},"id":"x","kind":"exchange","v":1}',
  );
  expect(saltedDigest(Buffer.from('1'), 'x')).not.toBe(saltedDigest(Buffer.from('2'), 'x'));
});
