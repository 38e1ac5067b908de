// What commits' notes say about their lines. Only a note whose signature fits its bytes and that names this very commit is
// read; who signed is judged by whoever wants to show it.
import { openEnvelope } from '../attest/envelope.ts';
import { formatPae } from '../attest/pae.ts';
import { checkSshsig, parseSshsig } from '../attest/sshsig.ts';
import { parseStatement } from '../attest/statement.ts';
import { readNotes } from '../git/notes.ts';
import type { Objects } from '../git/objects.ts';
import type { Repository } from '../git/open-repository.ts';
import type { LineOrigin } from '../model/origin.ts';
import {
  PAYLOAD_TYPE,
  SIGNATURE_NAMESPACE,
  type Statement,
  type StatementRange,
} from '../model/statement.ts';

/** A statement with a valid signature of anybody. */
export interface SignedNote {
  readonly statement: Statement;
  readonly publicKey: Uint8Array;
}

export interface NotesWork {
  readonly repository: Repository;
  readonly objects: Objects;
}

/**
 * Valid notes by commit, newest first where several signers attested; a commit without one has no entry.
 */
export async function readSignedNotes(
  work: NotesWork,
  commits: readonly string[],
): Promise<Map<string, readonly SignedNote[]>> {
  const found = new Map<string, readonly SignedNote[]>();
  const texts = await readNotes(work.repository, work.objects, commits);
  for (const [commit, lines] of texts) {
    const notes = lines
      .map((line) => openNote(line, commit))
      .filter((note) => note !== null)
      .toSorted((one, other) => (attestedAt(one) < attestedAt(other) ? 1 : -1));
    if (notes.length > 0) found.set(commit, notes);
  }
  return found;
}

const attestedAt = (note: SignedNote): string => note.statement.predicate.attestedAt;

function openNote(line: string, commit: string): SignedNote | null {
  const envelope = openEnvelope(line);
  if (envelope === null || envelope.payloadType !== PAYLOAD_TYPE) return null;
  const message = formatPae(envelope.payloadType, envelope.payload);
  const signature = envelope.signatures
    .map((blob) => parseSshsig(blob))
    .find(
      (parsed) =>
        parsed !== null && checkSshsig(parsed, message, SIGNATURE_NAMESPACE).kind === 'good',
    );
  if (signature === undefined || signature === null) return null;
  const reading = parseStatement(envelope.payload);
  if (reading.kind !== 'statement') return null;
  const [subject] = reading.statement.subject;
  if (subject?.digest.gitCommit !== commit) return null; // a copied note speaks of another commit
  return { statement: reading.statement, publicKey: signature.publicKey };
}

/** What a note says about one line of a file that its commit added. */
export function originInNote(note: SignedNote, path: string, line: number): LineOrigin {
  const { files, exchanges } = note.statement.predicate;
  const range = files.find((file) => file.path === path)?.ranges.find((one) => holds(one, line));
  const exchange = range === undefined ? undefined : exchanges[range.exchange];
  if (range === undefined || exchange === undefined) return { kind: 'unrecorded' };
  const { id, session, agent, model } = exchange;
  return {
    kind: range.contributor,
    source: { exchange: id, session, agent, model },
    evidence: range.evidence,
  };
}

const holds = (range: StatementRange, line: number): boolean =>
  range.startLine <= line && line <= range.endLine;
