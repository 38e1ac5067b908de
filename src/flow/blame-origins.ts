// The origin of each blamed line: from the note of the commit that git names, and for lines that are not committed yet
// from what was recorded on this machine.
import { claimOf, GIT_AI_REF, readGitAi, type GitAiNote } from '../attest/git-ai.ts';
import { pickAttestation } from '../attest/judge-note.ts';
import type { BlamedLine } from '../git/blame.ts';
import { readCommitFacts } from '../git/commit-facts.ts';
import { readNotes, readNotesAt } from '../git/notes.ts';
import type { LineOrigin } from '../model/origin.ts';
import type { Statement } from '../model/statement.ts';
import { readLocalOrigins } from './local-origins.ts';
import { originInNote, type NotesWork } from './commit-notes.ts';
import { readTrust } from './read-trust.ts';

export interface BlamedOrigin {
  /** null: the line's commit has no provenance. */
  readonly origin: LineOrigin | null;
  /** Is the signer trusted? */
  readonly isSigned: boolean;
}

const ZERO = /^0+$/;

/** @param head full id of HEAD, null before the first commit. @returns one per line, in the lines' order. */
export async function readBlamedOrigins(
  work: NotesWork,
  lines: readonly BlamedLine[],
  head: string | null,
): Promise<readonly BlamedOrigin[]> {
  const committed = [...new Set(lines.map((line) => line.commit))].filter((id) => !ZERO.test(id));
  const notes = await readAttestations(work, committed, head);
  const local = await readLocalOrigins(work, {
    uncommitted: lines.filter((line) => ZERO.test(line.commit)),
    unattested: committed.filter((commit) => !notes.has(commit)),
    head,
  });
  const claimed = await readClaims(
    work,
    committed.filter((commit) => !notes.has(commit)),
  );
  const origins = lines.map((line): BlamedOrigin => {
    const note = notes.get(line.commit);
    if (note === undefined) return { origin: local(line) ?? claimed(line), isSigned: false };
    const origin = originInNote(note.statement, line.path, line.originalLine);
    return { origin, isSigned: note.isTrusted };
  });
  return smoothBlanks(lines, origins);
}

/** What other tools' notes say of commits that have no signed one: shown, and believed by nobody who does not ask for it. */
async function readClaims(
  work: NotesWork,
  commits: readonly string[],
): Promise<(line: BlamedLine) => LineOrigin | null> {
  const notes = new Map<string, GitAiNote>();
  for (const [commit, text] of await readNotesAt(work.objects, GIT_AI_REF, commits)) {
    const note = readGitAi(text);
    if (note !== null) notes.set(commit, note);
  }
  return ({ commit, path, originalLine }) => {
    const note = notes.get(commit);
    const claim = note === undefined ? null : claimOf(note, path, originalLine);
    if (claim === null) return null;
    const { tool, id, model } = claim.agent;
    const source = { exchange: claim.key, session: id, agent: tool, model };
    return { kind: 'ai', source, evidence: 'claimed' };
  };
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
