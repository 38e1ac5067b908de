// The origin of each blamed line: from the note of the commit that git names, and for lines that are not committed yet
// from what was recorded on this machine.
import { claimOf, GIT_AI_REF, readGitAi, type GitAiNote } from '../../attest/git-ai.ts';
import { pickAttestation } from '../../attest/judge-note.ts';
import type { Trust } from '../../attest/trust.ts';
import type { BlamedLine } from '../../git/blame.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { listNotesRefs, readNotesAt, readNotesIn } from '../../git/notes.ts';
import type { LineOrigin } from '../../model/origin.ts';
import { readLocalOrigins } from './local-origins.ts';
import { openOrigins, type NotesWork, type OriginReader } from './commit-notes.ts';
import { readTrust } from '../verify/read-trust.ts';
import { askWitnesses } from '../verify/witnessed.ts';

export interface BlamedOrigin {
  /** null: the line's commit has no provenance. */
  readonly origin: LineOrigin | null;
  /** Is the signer trusted? */
  readonly isSigned: boolean;
}

const ZERO = /^0+$/;

/** What does not depend on the lines, asked for while git looks for them. */
export interface Noted extends NotesWork {
  readonly notesRefs: readonly string[];
  /** Told when it is wanted: no note, no fault of a list of signers. */
  readonly trust: Promise<Trust> | null;
}

/** @param head full id of HEAD, null before the first commit. */
export async function openNoted(work: NotesWork, head: string | null): Promise<Noted> {
  const notesRefs = work.notesRefs ?? (await listNotesRefs(work.repository));
  if (notesRefs.length === 0) return { ...work, notesRefs, trust: null };
  const trust = readTrust(work.repository, work.objects, head);
  trust.catch(() => undefined); // thrown where it is awaited
  return { ...work, notesRefs, trust };
}

/** @param head full id of HEAD, null before the first commit. @returns one per line, in the lines' order. */
export async function readBlamedOrigins(
  work: Noted,
  lines: readonly BlamedLine[],
  head: string | null,
): Promise<readonly BlamedOrigin[]> {
  const committed = [...new Set(lines.map((line) => line.commit))].filter((id) => !ZERO.test(id));
  const notes = await readAttestations(work, committed);
  const local = await readLocalOrigins(work, {
    uncommitted: lines.filter((line) => ZERO.test(line.commit)),
    unattested: committed.filter((commit) => !notes.has(commit)),
    head,
  });
  const claimed = await readClaims(
    work,
    committed.filter((commit) => !notes.has(commit)),
  );
  return lines.map((line): BlamedOrigin => {
    const note = notes.get(line.commit);
    if (note === undefined) return { origin: local(line) ?? claimed(line), isSigned: false };
    return { origin: note.originOf(line.path, line.originalLine), isSigned: note.isTrusted };
  });
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
  readonly originOf: OriginReader;
  readonly isTrusted: boolean;
}

async function readAttestations(
  work: Noted,
  commits: readonly string[],
): Promise<Map<string, Attestation>> {
  const found = new Map<string, Attestation>();
  const notes = await readNotesIn(work.objects, work.notesRefs, commits);
  if (notes.size === 0 || work.trust === null) return found;
  const trust = await work.trust;
  const facts = await Promise.all(
    [...notes.keys()].map((commit) => readCommitFacts(work.objects, commit)),
  );
  for (const [at, [commit, lines]] of [...notes].entries()) {
    const reading = facts[at];
    if (reading?.kind !== 'commit') continue;
    const witnessed = askWitnesses(commit, lines, trust);
    const question = { facts: reading.facts, trust, atMs: Date.now(), ...witnessed };
    const picked = pickAttestation(lines, question);
    if (picked === null) continue;
    const { statement, isTrusted } = picked;
    found.set(commit, { originOf: openOrigins(statement), isTrusted });
  }
  return found;
}

/** A blank line says nothing itself: between two lines of one kind it is of that kind. */
export function smoothBlanks(
  isBlank: readonly boolean[],
  origins: readonly BlamedOrigin[],
): readonly BlamedOrigin[] {
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
