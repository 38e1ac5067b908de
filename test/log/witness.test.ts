// The witness over real HTTP, and this program's own log as its client.
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { checkGrowth, cosignLog, proveGrowth } from '../../src/flow/log/grow-log.ts';
import { signLogNow } from '../../src/flow/log/query-log.ts';
import { showWitness, startWitness, watchLog } from '../../src/flow/log/run-witness.ts';
import { openWitnessBook } from '../../src/flow/log/witness-book.ts';
import { formatCheckpoint } from '../../src/log/checkpoint.ts';
import {
  cosign,
  formatWitnessKey,
  openCosignature,
  parseWitnessKey,
  witnessKey,
} from '../../src/log/cosignature.ts';
import { formatVkey, noteKey, signNote } from '../../src/log/note.ts';
import { formatAddCheckpoint, parseAddCheckpoint } from '../../src/log/witness.ts';
import { openStore } from '../../src/store/open-store.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function newCaller() {
  const home = mkdtempSync(join(tmpdir(), 'witness-'));
  closers.push(() => rmSync(home, { recursive: true }));
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, AITRAIL_HOME: join(home, 'state') };
  return { cwd: home, env, home: env.AITRAIL_HOME };
}

type Machine = ReturnType<typeof newCaller>;

async function addLeaves(machine: Machine, texts: readonly string[]): Promise<void> {
  const store = await openStore({ home: machine.home, mode: 'write', inProcess: true });
  for (const text of texts) await store.appendLog(Buffer.from(text));
  await store.signCheckpoint();
  await store.close();
}

/** A second history under the same key. */
async function rebuild(machine: Machine, texts: readonly string[]): Promise<void> {
  for (const name of readdirSync(machine.home).filter((each) => /^(store|log$)/.test(each)))
    rmSync(join(machine.home, name), { recursive: true });
  await addLeaves(machine, texts);
}

async function openWitness() {
  const machine = newCaller();
  const alarms: string[] = [];
  const place = { host: '127.0.0.1', port: 0, warn: (text: string) => alarms.push(text) };
  const door = await startWitness(machine, place);
  closers.push(door.close);
  return { machine, alarms, url: door.url, key: showWitness(machine).vkey };
}

test('a log is cosigned as it grows, over HTTP, and both sides remember', async () => {
  const witness = await openWitness();
  const log = newCaller();
  await addLeaves(log, ['one', 'two', 'three']);
  await expect(cosignLog(log, witness.url, witness.key)).rejects.toMatchObject({
    code: 'WITNESS_REFUSED',
  });
  watchLog(witness.machine, (await signLogNow(log)).vkey);
  const first = await cosignLog(log, witness.url, witness.key);
  expect(first.size).toBe(3);
  await addLeaves(log, ['four']);
  const second = await cosignLog(log, witness.url, witness.key);
  expect(second.size).toBe(4);
  expect((await cosignLog(log, witness.url, witness.key)).size).toBe(4);
  const key = parseWitnessKey(witness.key);
  expect(key === null ? null : openCosignature(second.note, key)).toBeGreaterThan(1_700_000_000);
  expect((await checkLog(log)).size).toBe(4);
  // by the letter of tlog-cosignature, without our code
  const [text = '', line = ''] = second.note.split(/\n\n/);
  const blob = Buffer.from(line.trim().split('\n').at(-1)?.split(' ')[2] ?? '', 'base64');
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    key?.publicKey ?? Buffer.alloc(32),
  ]);
  const message = `cosignature/v1\ntime ${blob.readBigUInt64BE(4)}\n${text}\n`;
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  expect(verify(null, Buffer.from(message), publicKey, blob.subarray(12))).toBe(true);
});

test('e: a log that was rebuilt with the right key finds no witness; without one nobody sees it', async () => {
  const witness = await openWitness();
  const log = newCaller();
  await addLeaves(log, ['one', 'two', 'three']);
  watchLog(witness.machine, (await signLogNow(log)).vkey);
  await cosignLog(log, witness.url, witness.key);
  await rebuild(log, ['one', 'TWO', 'three', 'four']);
  expect((await checkLog(log)).size).toBe(4); // the attack works where nobody watches
  await expect(cosignLog(log, witness.url, witness.key)).rejects.toMatchObject({
    code: 'LOG_BROKEN',
  });
  expect(witness.alarms[0]).toContain('both checkpoints are in');
});

test('e: a log that was cut is below what the witness cosigned, and what it keeps itself says so', async () => {
  const witness = await openWitness();
  const log = newCaller();
  await addLeaves(log, ['one', 'two', 'three']);
  watchLog(witness.machine, (await signLogNow(log)).vkey);
  await cosignLog(log, witness.url, witness.key);
  const store = join(log.home, 'store.db');
  for (const name of readdirSync(log.home).filter((each) => each.startsWith('store')))
    rmSync(join(log.home, name), { recursive: true });
  await addLeaves(log, ['one', 'two']);
  expect(existsSync(store)).toBe(true);
  await expect(cosignLog(log, witness.url, witness.key)).rejects.toThrow(
    /has cosigned 3 leaves, here are 2/,
  );
  await expect(checkLog(log)).rejects.toMatchObject({ code: 'LOG_BROKEN' });
});

test('k: two histories of one size: the witness keeps both signed checkpoints', async () => {
  const machine = newCaller();
  const signer = { name: 'log.example', seed: Buffer.alloc(32, 7) };
  watchLog(machine, formatVkey(noteKey(signer)));
  const book = openWitnessBook(machine.home);
  closers.push(book.close);
  const noteOf = (fill: number): string =>
    signNote(
      formatCheckpoint({ origin: signer.name, size: 5, root: Buffer.alloc(32, fill) }),
      signer,
    );
  expect(book.add(formatAddCheckpoint({ oldSize: 0, path: [], note: noteOf(1) }), 0).status).toBe(
    200,
  );
  const answer = book.add(formatAddCheckpoint({ oldSize: 5, path: [], note: noteOf(2) }), 0);
  expect(answer).toMatchObject({ status: 409, type: 'text/plain; charset=utf-8' });
  expect(answer.alarm).toContain('another root');
});

const ask = (oldSize: number, note: string, path: readonly Uint8Array[] = []): string =>
  formatAddCheckpoint({ oldSize, path, note });

test('what a witness refuses, and how', async () => {
  const { url, machine } = await openWitness();
  const signer = { name: 'log.example', seed: Buffer.alloc(32, 7) };
  watchLog(machine, formatVkey(noteKey(signer)));
  const post = async (body: string, path = '/add-checkpoint'): Promise<string> => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body });
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  const noteOf = (size: number, from = signer): string =>
    signNote(formatCheckpoint({ origin: signer.name, size, root: Buffer.alloc(32, size) }), from);
  const foreign = { name: 'other.example', seed: Buffer.alloc(32, 9) };
  const unknown = signNote(
    formatCheckpoint({ origin: 'x', size: 1, root: Buffer.alloc(32) }),
    foreign,
  );
  expect(await post('nonsense')).toMatch(/^400 /);
  expect(await post(ask(0, unknown))).toMatch(/^404 /);
  expect(await post(ask(0, noteOf(4, foreign)))).toMatch(/^403 /);
  expect(await post(ask(9, noteOf(4)))).toMatch(/^400 /);
  expect(await post(ask(0, noteOf(4), [Buffer.alloc(32)]))).toMatch(/^422 /);
  expect(await post(ask(0, noteOf(4)))).toMatch(/^200 — witness\.aitrail\.local/);
  expect(await post(ask(0, noteOf(5)))).toBe('409 4');
  expect(await post(ask(4, noteOf(5)))).toMatch(/^422 /);
  expect(await post('x'.repeat(70_000)).catch(() => '413 ')).toMatch(/^413/);
  expect(await post('', '/other')).toMatch(/^404/);
});

test('two witnesses never share one state', async () => {
  const { machine } = await openWitness();
  await expect(
    startWitness(machine, { host: '127.0.0.1', port: 0, warn: () => undefined }),
  ).rejects.toMatchObject({ code: 'STORE_LOCKED' });
});

test('a kept checkpoint, a proof and a key are enough to see that a log only grew', async () => {
  const log = newCaller();
  await addLeaves(log, ['one', 'two', 'three']);
  const kept = await signLogNow(log);
  await addLeaves(
    log,
    Array.from({ length: 300 }, (_, n) => String(n)),
  );
  const growth = await proveGrowth(log, kept.note);
  expect(growth).toMatchObject({ oldSize: 3, newSize: 303 });
  expect(checkGrowth(kept.note, growth.proof, kept.vkey)).toEqual({ oldSize: 3, newSize: 303 });
  const [first = '', hash = '', ...rest] = growth.proof.split('\n');
  const other = Buffer.from(hash, 'base64').map((byte) => byte ^ 1);
  const spoilt = [first, Buffer.from(other).toString('base64'), ...rest].join('\n');
  expect(() => checkGrowth(kept.note, spoilt, kept.vkey)).toThrow(/does not lead/);
  expect(() => checkGrowth(kept.note, growth.proof, showWitness(log).vkey)).toThrow(/not signed/);
  await rebuild(log, ['another']);
  await expect(proveGrowth(log, kept.note)).rejects.toMatchObject({ code: 'LOG_BROKEN' });
});

test('any text is answered, none is taken for a request or cosignature that it is not', () => {
  const signer = { name: 'w', seed: Buffer.alloc(32, 3) };
  const key = witnessKey(signer);
  expect(parseWitnessKey(formatWitnessKey(key))).toEqual(key);
  const text = 'log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
  const good = `${text}\n${cosign(text, signer, 1_700_000_000)}`;
  expect(openCosignature(good, key)).toBe(1_700_000_000);
  const parse = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((some) => `old 1\n${some}`),
  );
  fc.assert(
    fc.property(
      parse,
      fc.nat({ max: good.length - 1 }),
      fc.integer({ min: 1, max: 127 }),
      (some, at, by) => {
        expect(parseAddCheckpoint(some)?.oldSize ?? 0).toBeLessThan(2 ** 53);
        expect(parseWitnessKey(some)).toBeNull();
        const spoilt = `${good.slice(0, at)}${String.fromCodePoint((good.codePointAt(at) ?? 0) ^ by)}${good.slice(at + 1)}`;
        // a last letter of base64 holds bits that say nothing
        const reading = openCosignature(spoilt, key);
        expect(reading === null || spoilt.startsWith(text)).toBe(true);
      },
    ),
    { numRuns: Number(process.env['AITRAIL_FUZZ_RUNS'] ?? 60) },
  );
}, 30_000);
