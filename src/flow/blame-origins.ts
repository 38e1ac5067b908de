// The origin of each blamed line: from the note of the commit that git names, and for lines that are not committed yet
// from what was recorded on this machine.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pickAttestation } from '../attest/judge-note.ts';
import { stateHome } from '../config/places.ts';
import type { BlamedLine } from '../git/blame.ts';
import { readCommitFacts } from '../git/commit-facts.ts';
import { readNotes } from '../git/notes.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Caller } from '../model/caller.ts';
import { isFault } from '../model/fault.ts';
import type { LineOrigin } from '../model/origin.ts';
import type { Statement } from '../model/statement.ts';
import { attributeFiles } from './attribute-commit.ts';
import { originInNote, type NotesWork } from './commit-notes.ts';
import { readTrust } from './read-trust.ts';

export interface BlamedOrigin {
  /** null: the line's commit has no provenance. */
  readonly origin: LineOrigin | null;
  /** Is the signer trusted? */
  readonly isSigned: boolean;
}

const UNKNOWN: BlamedOrigin = { origin: null, isSigned: false };
const ZERO = /^0+$/;

/** @param head full id of HEAD, null before the first commit. @returns one per line, in the lines' order. */
export async function readBlamedOrigins(
  work: NotesWork,
  lines: readonly BlamedLine[],
  head: string | null,
): Promise<readonly BlamedOrigin[]> {
  const committed = [...new Set(lines.map((line) => line.commit))].filter((id) => !ZERO.test(id));
  const notes = await readAttestations(work, committed, head);
  const uncommitted = lines.filter((line) => ZERO.test(line.commit));
  const local =
    uncommitted.length === 0
      ? new Map<number, LineOrigin>()
      : await readLocal(work, uncommitted, head);
  return smoothBlanks(
    lines,
    lines.map((line) => {
      if (ZERO.test(line.commit))
        return { origin: local.get(line.originalLine) ?? null, isSigned: false };
      const note = notes.get(line.commit);
      if (note === undefined) return UNKNOWN;
      const origin = originInNote(note.statement, line.path, line.originalLine);
      return { origin, isSigned: note.isTrusted };
    }),
  );
}

interface Attestation {
  readonly statement: Statement;
  readonly isTrusted: boolean;
}

async function readAttestations(
  work: NotesWork,
  commits: readonly string[],
  head: string | null,
): Promise<Map<string, Attestation>> {
  const found = new Map<string, Attestation>();
  const notes = await readNotes(work.repository, work.objects, commits);
  if (notes.size === 0) return found;
  const trust = await readTrust(work.repository, work.objects, head);
  for (const [commit, lines] of notes) {
    const reading = await readCommitFacts(work.objects, commit);
    if (reading.kind !== 'commit') continue;
    const picked = pickAttestation(lines, { facts: reading.facts, trust, atMs: Date.now() });
    if (picked !== null) found.set(commit, picked);
  }
  return found;
}

/** Uncommitted lines by their number in the working file; empty where the recordings cannot be read. */
async function readLocal(
  work: NotesWork,
  lines: readonly BlamedLine[],
  head: string | null,
): Promise<Map<number, LineOrigin>> {
  const { worktree, caller } = work.repository;
  const path = lines[0]?.path ?? '';
  const text = worktree === null ? null : await readText(join(worktree, path));
  const store = text === null ? null : await openRecords(caller);
  if (text === null || store === null) return new Map();
  try {
    const parents = head === null ? [] : [head];
    const file = {
      path,
      oldPaths: [],
      blob: '',
      text,
      added: new Set(lines.map((line) => line.originalLine)),
      parents: parents.map((commit) => ({ commit, path, ranges: null })),
    };
    const key = await store.readKey();
    const [found] = await attributeFiles({ ...work, store, key }, [file], { parents, sources: [] });
    return new Map((found?.added ?? []).map((line) => [line.line, line.origin]));
  } finally {
    await store.close();
  }
}

/** @returns null where nothing was recorded here, or it cannot be read: then nothing is known. */
async function openRecords(caller: Caller): Promise<Store | null> {
  try {
    return await openStore({ home: stateHome(caller.env), mode: 'read' });
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}

const readText = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null); // blamed all the same: its content came from elsewhere

/** A blank line says nothing itself: between two lines of one kind it is of that kind. */
function smoothBlanks(
  lines: readonly BlamedLine[],
  origins: readonly BlamedOrigin[],
): readonly BlamedOrigin[] {
  const isBlank = lines.map((line) => line.text.toString('latin1').trim() === '');
  return origins.map((own, at) => {
    if (!isBlank[at]) return own;
    const above = origins[isBlank.lastIndexOf(false, at)];
    const next = isBlank.indexOf(false, at);
    const below = next < 0 ? undefined : origins[next];
    if (above === undefined || below === undefined) return own;
    return kindOf(above) === kindOf(below) ? above : own;
  });
}

/** Mixed lines are of the AI's block too. */
function kindOf({ origin }: BlamedOrigin): 'ai' | 'unrecorded' | 'unknown' {
  if (origin === null) return 'unknown';
  return origin.kind === 'unrecorded' ? 'unrecorded' : 'ai';
}
