// The other parsers of what another machine wrote: random text, and good text with one thing changed. No crash, no hang,
// no yes. AITRAIL_FUZZ_RUNS asks for more.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesPatterns, parseAllowedSigners } from '../../src/attest/allowed-signers.ts';
import { openApproval, signDecision, signRequest } from '../../src/attest/approval-envelope.ts';
import { claimOf, readGitAi } from '../../src/attest/git-ai.ts';
import { parseOpenpgp } from '../../src/attest/openpgp.ts';
import { parseSshsig } from '../../src/attest/sshsig.ts';
import { openCheckpoint } from '../../src/log/check-proof.ts';
import { formatCheckpoint, parseCheckpoint, parseProof } from '../../src/log/checkpoint.ts';
import { formatVkey, noteKey, parseNote, parseVkey, signNote } from '../../src/log/note.ts';
import { decisionOf, makeSigner, requestOf } from './approve-kit.ts';

const RUNS = { numRuns: Number(process.env['AITRAIL_FUZZ_RUNS'] ?? 100) };
const TEXT = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.string().map((some) => `a b\n---\n${some}`),
);

/** One place of a text replaced by something else. */
const spoil = (good: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }))
    .map(([at, count, put]) => `${good.slice(0, at)}${put}${good.slice(at + count)}`)
    .filter((text) => text !== good);

describe('random text', () => {
  test('is no approval, signature, checkpoint, proof, key or note', () => {
    fc.assert(
      fc.property(TEXT, fc.uint8Array({ maxLength: 300 }), (text, bytes) => {
        expect([openApproval(text), parseProof(text), parseVkey(text)]).toEqual([null, null, null]);
        // a signature's header too: bytes without one end at the first
        const packet = [0x88, bytes.length, 4, 0, 22, 8, ...bytes];
        for (const each of [bytes, Uint8Array.from(packet)])
          expect([parseSshsig(each), parseOpenpgp(each)]).toEqual([null, null]);
        expect(parseNote(text)?.signatures.length ?? 0).toBe(0);
        expect(parseCheckpoint(text)).toBeNull();
        const note = readGitAi(text);
        expect(note === null ? null : claimOf(note, '../x', 1)).toBeNull();
      }),
      RUNS,
    );
  }, 30_000);

  test('lists nobody, and no pattern takes long', () => {
    const pattern = fc.array(fc.constantFrom('*', '?', 'a', '!', '**', 'b'), { maxLength: 40 });
    fc.assert(
      fc.property(TEXT, pattern, (text, pieces) => {
        expect(parseAllowedSigners(text).signers).toEqual([]);
        expect(typeof matchesPatterns([pieces.join('')], 'a'.repeat(2000))).toBe('boolean');
      }),
      RUNS,
    );
  }, 30_000);
});

describe('good text with one thing changed', () => {
  test('an approval’s payload or signature: never another approval', async () => {
    const signer = await makeSigner('alice');
    const line = await signRequest(requestOf(), signer);
    const lines = [line, await signDecision(decisionOf(line), signer)];
    for (const good of lines) {
      const said = JSON.stringify(openApproval(good));
      expect(openApproval(good)).not.toBeNull();
      fc.assert(
        fc.property(spoil(good), (text) => {
          const opened = openApproval(text);
          // outside of what is signed (the hint of the key, blanks) nothing changes what is said
          expect(opened === null ? said : JSON.stringify({ ...opened, line: good })).toBe(said);
        }),
        RUNS,
      );
    }
  }, 30_000);

  test('a checkpoint: never another tree', () => {
    const signer = { name: 'log.example', seed: Buffer.alloc(32, 5) };
    const vkey = formatVkey(noteKey(signer));
    const good = signNote(
      formatCheckpoint({ origin: signer.name, size: 1234, root: Buffer.alloc(32, 9) }),
      signer,
    );
    const said = openCheckpoint(good, vkey);
    expect(said?.size).toBe(1234);
    fc.assert(
      fc.property(spoil(good), (text) => {
        const opened = openCheckpoint(text, vkey);
        expect(opened ?? said).toEqual(said);
      }),
      RUNS,
    );
  }, 30_000);
});
