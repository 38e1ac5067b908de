// Documents that the key of a log signs besides checkpoints: signed notes whose first line says what they are. A checkpoint
// begins with the log's name, which has no space in it, so that neither can be taken for the other.
import {
  formatVkey,
  noteKey,
  type NoteSigner,
  openNote,
  parseNote,
  parseVkey,
  signNote,
} from './note.ts';

/** What is sealed, with its version. */
export type SealKind = 'approval request 1' | 'approval answer 1';

export interface Sealed {
  readonly json: string;
  /** Name of the key whose line stands first. */
  readonly by: string;
}

/** @param json of one line. @returns the note. */
export const sealJson = (kind: SealKind, json: string, signer: NoteSigner): string =>
  signNote(`${headOf(kind)}${json.replaceAll(UNNOTED, escapeUnit)}\n`, signer);

/** @param vkey whose signature it must have; null: whoever gave it to us has looked. @returns null for anything else. Never throws. */
export function openSealed(kind: SealKind, note: string, vkey: string | null): Sealed | null {
  const parsed = parseNote(note);
  const [line] = parsed?.signatures ?? [];
  const head = headOf(kind);
  if (parsed === null || line === undefined || !parsed.text.startsWith(head)) return null;
  if (vkey !== null && !isSignedBy(note, vkey)) return null;
  return { json: parsed.text.slice(head.length).trimEnd(), by: line.name };
}

function isSignedBy(note: string, vkey: string): boolean {
  const key = parseVkey(vkey);
  return key !== null && openNote(note, key).kind === 'signed';
}

export const vkeyOf = (signer: NoteSigner): string => formatVkey(noteKey(signer));

const headOf = (kind: SealKind): string => `aitrail ${kind}\n`;

/** A note holds neither; in JSON they can be told otherwise. */
const UNNOTED = /[^\P{Cc}\n]|\p{Surrogate}/gu;

const escapeUnit = (unit: string): string =>
  String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
