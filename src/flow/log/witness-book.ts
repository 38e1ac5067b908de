// What a witness knows: the logs it watches, and the newest checkpoint that it cosigned of each. That is on disk before
// anybody hears of the cosignature; whoever has the book open is alone with it.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../log/check-proof.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { cosign } from '../../log/cosignature.ts';
import { parseVkey } from '../../log/note.ts';
import {
  judgeAddCheckpoint,
  originOf,
  parseAddCheckpoint,
  type AddCheckpoint,
  type WitnessAnswer,
} from '../../log/witness.ts';
import { Fault } from '../../model/fault.ts';
import { takeWriterLock } from '../../store/lock.ts';
import { readWitnessKey } from '../../store/log-key.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** A reply of the protocol: status, content type where it has one, body. */
export interface WitnessReply {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
  /** A log that showed two histories, in words; null otherwise. */
  readonly alarm: string | null;
}

export interface WitnessBook {
  /** Answers one add-checkpoint request. Synchronous: two requests never see the same state. */
  readonly add: (body: string, atMs: number) => WitnessReply;
  readonly close: () => void;
}

const placeOf = (home: string): string => join(home, 'witness');
const logsOf = (home: string): string => join(placeOf(home), 'logs');
const stateOf = (home: string, origin: string): string => join(placeOf(home), sha256Hex(origin));

/** @returns vkeys of the logs that are watched. */
export function readWatched(home: string): readonly string[] {
  const file = logsOf(home);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/** @returns false where it was watched already. @throws Fault USAGE. */
export function watchLog(home: string, vkey: string): boolean {
  const key = parseVkey(vkey);
  if (key === null)
    throw new Fault('USAGE', `${vkey.slice(0, 200)} is no verifier key of a log`, {
      fix: 'take the line `key` of: aitrail log',
    });
  const watched = readWatched(home);
  if (watched.includes(vkey)) return false;
  if (watched.some((each) => parseVkey(each)?.name === key.name))
    throw new Fault('USAGE', `${key.name} is watched with another key`, {
      fix: `a log keeps its key; take the old one out of ${logsOf(home)} if it was replaced`,
    });
  writeDurably(logsOf(home), `${[...watched, vkey].join('\n')}\n`);
  return true;
}

/** @throws Fault STORE_LOCKED, KEY_UNREADABLE. */
export function openWitnessBook(home: string): WitnessBook {
  const lock = takeWriterLock(placeOf(home), 0);
  const signer = readWitnessKey(home);
  return {
    add: (body, atMs) => {
      const request = parseAddCheckpoint(body);
      const origin = request === null ? null : originOf(request);
      if (request === null || origin === null) return plain(400, 'no request to add a checkpoint');
      const record = readRecord(home, origin);
      if (record.isTorn) return plain(500, 'the record of what was cosigned cannot be read');
      const answer = judgeAddCheckpoint(request, record.vkey, record.last);
      if (answer.kind === 'forked') return alarm(record, { request, how: answer.how, origin });
      if (answer.kind !== 'cosign') return refuse(answer);
      writeDurably(record.file, request.note);
      const line = cosign(answer.text, signer, seconds(atMs));
      return { status: 200, type: null, body: line, alarm: null };
    },
    close: () => lock.release(),
  };
}

const seconds = (atMs: number): number => Math.floor(atMs / 1000);

const plain = (status: number, text: string): WitnessReply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${text}\n`,
  alarm: null,
});

function refuse(answer: Exclude<WitnessAnswer, { kind: 'cosign' | 'forked' }>): WitnessReply {
  switch (answer.kind) {
    case 'unknown-origin':
      return plain(404, 'this log is not watched here');
    case 'unsigned':
      return plain(403, 'the checkpoint is not signed by the key that is watched');
    case 'bad-request':
      return plain(400, 'the old size is above the checkpoint’s');
    case 'stale':
      return { status: 409, type: 'text/x.tlog.size', body: `${answer.size}\n`, alarm: null };
  }
}

interface LogRecord {
  readonly file: string;
  /** Null: not watched. */
  readonly vkey: string | null;
  /** What was cosigned last, as text; empty: nothing yet. */
  readonly known: string;
  readonly last: Checkpoint | null;
  /** There is something, and that key did not sign it. */
  readonly isTorn: boolean;
}

function readRecord(home: string, origin: string): LogRecord {
  const vkey = readWatched(home).find((each) => parseVkey(each)?.name === origin) ?? null;
  const file = stateOf(home, origin);
  const known = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const last = vkey === null ? null : openCheckpoint(known, vkey);
  const isTorn = vkey !== null && last === null && existsSync(file);
  return { file, vkey, known, last, isTorn };
}

interface Fork {
  readonly request: AddCheckpoint;
  readonly how: 'same-size' | 'no-proof';
  readonly origin: string;
}

/** Both signed checkpoints are kept, the first time: with them anybody can see that this log has two histories. */
function alarm({ file, known }: LogRecord, { request, how, origin }: Fork): WitnessReply {
  const evidence = `${file}.fork`;
  if (!existsSync(evidence)) writeDurably(evidence, `${known}\n${request.note}`);
  const why =
    how === 'same-size'
      ? 'another root for the size that was cosigned'
      : 'no proof that the log only grew';
  const reply = plain(how === 'same-size' ? 409 : 422, why);
  return { ...reply, alarm: `${origin}: ${why}; both checkpoints are in ${evidence}` };
}

function writeDurably(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}
