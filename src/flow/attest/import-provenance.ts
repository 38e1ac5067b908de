// aitrail attribute --import: what a file says about commits of this repository. Signed envelopes go where ours stand and
// are judged by whoever reads them; records of Agent Trace, which nobody signed, become claims in refs/notes/ai.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readAgentTrace, type TraceRecord } from '../../attest/agent-trace.ts';
import { GIT_AI_REF } from '../../attest/git-ai.ts';
import { openSigned } from '../../attest/open-signed.ts';
import { claimAgentTrace } from '../../attest/state-agent-trace.ts';
import { fingerprintOf } from '../../attest/ssh-key.ts';
import { linesOf, readNotesAt } from '../../git/notes.ts';
import { writeNotes, type NoteDraft } from '../../git/notes-write.ts';
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import { parseJson, stringAt } from '../../model/json.ts';
import { NOTES_REF } from '../../model/statement.ts';
import type { NotesWork } from '../attribute/commit-notes.ts';

export interface ImportReport {
  /** Full ids, each once, in the file's order: their note says more now, or said it already. */
  readonly imported: readonly string[];
  /** What was passed over. */
  readonly left: readonly {
    /** 1-based, of the file's records. */
    readonly record: number;
    readonly why: string;
  }[];
}

/** What one record comes to. */
type Reading =
  | { readonly kind: 'signed' | 'claimed'; readonly commit: string; readonly text: string }
  | { readonly kind: 'left'; readonly why: string };

/** @param path of JSON Lines, one JSON document, or a list of them. @throws Fault IMPORT_UNREADABLE, NOT_A_REPOSITORY. */
export async function importProvenance(caller: Caller, path: string): Promise<ImportReport> {
  const repository = await openRepository(caller);
  const values = readRecords(path, await readText(resolve(caller.cwd, path)));
  const objects = openObjects(caller);
  try {
    const work = { repository, objects };
    const readings: Reading[] = [];
    for (const value of values) readings.push(await readRecord(work, value));
    await writeAll(work, readings, 'signed');
    await writeAll(work, readings, 'claimed');
    return report(readings);
  } finally {
    objects.close();
  }
}

const report = (readings: readonly Reading[]): ImportReport => ({
  imported: [...new Set(readings.flatMap((one) => (one.kind === 'left' ? [] : [one.commit])))],
  left: readings.flatMap((one, at) =>
    one.kind === 'left' ? [{ record: at + 1, why: one.why }] : [],
  ),
});

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Fault('IMPORT_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

function readRecords(path: string, text: string): readonly unknown[] {
  const whole = parseJson(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, at) => {
    const value = parseJson(line);
    if (value === undefined)
      throw new Fault('IMPORT_UNREADABLE', `${path}: record ${String(at + 1)} is no JSON`);
    return value;
  });
}

async function readRecord(work: NotesWork, value: unknown): Promise<Reading> {
  if (stringAt(value, 'payloadType') !== null) return readEnvelope(work, JSON.stringify(value));
  const record = readAgentTrace(value);
  return record === null
    ? { kind: 'left', why: 'neither a signed envelope nor a record of Agent Trace' }
    : readTrace(work, record);
}

async function readEnvelope(work: NotesWork, line: string): Promise<Reading> {
  const opened = openSigned(line);
  if (opened.kind === 'foreign') return { kind: 'left', why: 'an envelope about something else' };
  if (opened.kind !== 'signed') return { kind: 'left', why: `${opened.kind}: ${opened.why}` };
  const commit = await findCommit(work, opened.statement.subject[0]?.digest.gitCommit ?? '');
  return commit.kind === 'left' ? commit : { kind: 'signed', commit: commit.id, text: `${line}\n` };
}

async function readTrace(work: NotesWork, record: TraceRecord): Promise<Reading> {
  if (record.vcs?.type !== 'git')
    return { kind: 'left', why: `record ${record.id} names no git commit` };
  const commit = await findCommit(work, record.vcs.revision);
  if (commit.kind === 'left') return commit;
  for (const { path, conversations } of record.files) {
    const blob = await work.objects.read(`${commit.id}:${path}`);
    const lines = blob?.type === 'blob' ? countLines(blob.bytes) : 0;
    const ranges = conversations.flatMap((one) => one.ranges);
    if (ranges.some((range) => range.endLine > lines))
      return {
        kind: 'left',
        why: `commit ${commit.id.slice(0, 12)} has no such lines in ${path}`,
      };
  }
  const text = claimAgentTrace(record, commit.id);
  return text === null
    ? { kind: 'left', why: `record ${record.id} claims no line for an AI` }
    : { kind: 'claimed', commit: commit.id, text };
}

const countLines = (bytes: Uint8Array): number => {
  const text = Buffer.from(bytes).toString('latin1');
  return text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0);
};

/** Full ids only: a name may stand for another commit tomorrow. */
async function findCommit(
  work: NotesWork,
  id: string,
): Promise<
  { readonly kind: 'found'; readonly id: string } | Extract<Reading, { readonly kind: 'left' }>
> {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id))
    return { kind: 'left', why: 'it names no commit by its full id' };
  const found = await work.objects.read(id);
  return found?.type === 'commit'
    ? { kind: 'found', id }
    : { kind: 'left', why: `commit ${id.slice(0, 12)} is not in this repository` };
}

async function writeAll(
  work: NotesWork,
  readings: readonly Reading[],
  kind: 'signed' | 'claimed',
): Promise<void> {
  const ref = kind === 'signed' ? NOTES_REF : GIT_AI_REF;
  const texts = new Map<string, string>();
  for (const one of readings)
    if (one.kind === kind)
      texts.set(
        one.commit,
        kind === 'signed'
          ? joinOlder(texts.get(one.commit) ?? '', one.text)
          : (texts.get(one.commit) ?? one.text),
      );
  const there = await readNotesAt(work.objects, ref, [...texts.keys()]);
  const notes = [...texts].flatMap(([commit, text]): NoteDraft[] => {
    const join = kind === 'signed' ? joinOlder : (before: string): string => before;
    const before = there.get(commit);
    return before !== undefined && join(before, text) === before ? [] : [{ commit, text, join }];
  });
  await writeNotes(work.repository, notes, {
    ref,
    message: 'Imported by aitrail',
    objects: work.objects,
  });
}

/** What is there of a signer stays: a file may be older than it. */
function joinOlder(before: string, text: string): string {
  const lines = linesOf(before);
  const keys = new Set(lines.map(keyOf));
  const fresh = linesOf(text).filter((line) => !keys.has(keyOf(line)));
  return fresh.length === 0 ? before : `${[...lines, ...fresh].join('\n')}\n`;
}

const keyOf = (line: string): string => {
  const opened = openSigned(line);
  return opened.kind === 'signed' ? fingerprintOf(opened.publicKey) : line;
};
