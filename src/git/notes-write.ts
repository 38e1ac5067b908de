// Writing notes by compare-and-swap: `git notes add` in parallel loses notes (DECISIONS 22). The new notes commit is
// built beside the ref, the ref moves only from the value it was built on, and a loser builds again.
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../model/fault.ts';
import { NOTES_REF } from '../model/statement.ts';
import { openNotesTree, readNotesAt, type NotesTree } from './notes.ts';
import { openObjects, type Objects } from './objects.ts';
import { editNotesTree, type NotesTreeWork } from './notes-tree.ts';
import type { Repository } from './open-repository.ts';
import { runGit } from './run-git.ts';
import { formatTree, type TreeEntry } from './tree.ts';
import { openBatch, type ObjectBatch } from './write-objects.ts';

const TRIES_MAX = 200;
const PAUSE_MS = 4;
/** git holds the lock of a ref for milliseconds. */
const LOCK_AGE_MS = 10_000;

export interface NoteDraft {
  readonly commit: string;
  readonly text: string;
  /** What to write where a note is there already; default: the new text takes its place. */
  readonly join?: (before: string, text: string) => string;
}

export interface NotesPlace {
  readonly ref: string;
  /** Subject of the notes commit. */
  readonly message: string;
  /** Further parents: what a merge brought in. */
  readonly parents: readonly string[];
  /** A reader that is open already; one of its own where there is none. */
  readonly objects: Objects | null;
  /** How often others may be first. */
  readonly triesMax: number;
}

const DEFAULT_PLACE: NotesPlace = {
  ref: NOTES_REF,
  message: 'Attested by aitrail',
  parents: [],
  objects: null,
  triesMax: TRIES_MAX,
};

/** What builds a notes tree: trees that it puts are there for it at once, and in the repository when all is written. */
export interface TreeBuilding extends NotesTreeWork {
  readonly objects: Objects;
  /** @returns the blob's id. */
  readonly putText: (text: string) => string;
  readonly find: NotesTree['find'];
}

/**
 * @param root of the notes as they are, null for none yet. @returns the new root.
 */
export type BuildTree = (work: TreeBuilding, root: string | null) => Promise<string | null>;

/**
 * Adds or replaces notes, all in one notes commit; nothing that others write meanwhile is lost.
 *
 * @throws Fault NOTES_RACE where others kept winning, GIT_FAILED.
 */
export async function writeNotes(
  repository: Repository,
  notes: readonly NoteDraft[],
  place: Partial<NotesPlace> = {},
): Promise<void> {
  if (notes.length === 0) return;
  await moveNotes(repository, place, async (work, root) => {
    const blobs = new Map<string, string>();
    for (const [commit, text] of await joinTexts(work, root, notes))
      blobs.set(commit, work.putText(text));
    return editNotesTree(work, root, blobs);
  });
}

/** Builds the notes anew for as long as somebody else moves them first. @throws Fault NOTES_RACE, GIT_FAILED. */
export async function moveNotes(
  repository: Repository,
  place: Partial<NotesPlace>,
  build: BuildTree,
): Promise<void> {
  const where = { ...DEFAULT_PLACE, ...place };
  // asked while the tree is read: a process of its own
  const identity = readIdentity(repository);
  identity.catch(() => undefined); // who waits for it is told
  const objects = where.objects ?? openObjects(repository.caller);
  try {
    for (let attempt = 0; attempt < where.triesMax; attempt += 1) {
      const before = (await objects.read(where.ref))?.oid ?? null;
      const work = { repository, objects, identity, place: where };
      const next = await buildNotes(work, before, build);
      if (next === before || (await moveRef(repository, where, { before, next }))) return;
      await pause(PAUSE_MS + Math.random() * PAUSE_MS * Math.min(attempt, 20)); // or the same few keep colliding
    }
  } finally {
    if (where.objects === null) objects.close();
  }
  throw new Fault(
    'NOTES_RACE',
    `${where.ref} changed ${where.triesMax} times while a note was written`,
  );
}

/** Who writes, for the notes commit; a merge of fetched notes needs no configured person. */
async function readIdentity(repository: Repository): Promise<string> {
  const asked = await runGit(repository.caller, ['var', 'GIT_COMMITTER_IDENT'], {
    okExits: [0, 128],
  });
  const now = Math.floor(Date.now() / 1000);
  return asked.exit === 0
    ? asked.stdout.toString('utf8').trimEnd()
    : `aitrail <aitrail@localhost> ${now} +0000`;
}

interface Work {
  readonly repository: Repository;
  readonly objects: Objects;
  readonly identity: Promise<string>;
  readonly place: NotesPlace;
}

/** @returns the id of the new notes commit, or `before` where nothing would change. */
async function buildNotes(
  work: Work,
  before: string | null,
  build: BuildTree,
): Promise<string | null> {
  const { repository, objects, place } = work;
  const root = before === null ? null : await objects.read(`${before}^{tree}`);
  const batch = openBatch(repository);
  const tree = await build(openBuilding(objects, batch), root?.oid ?? null);
  if (tree === null || (tree === root?.oid && place.parents.length === 0)) return before;
  const next = batch.add('commit', commitOf(work, await work.identity, { tree, before }));
  await batch.write();
  return next;
}

function openBuilding(objects: Objects, batch: ObjectBatch): TreeBuilding {
  const made = new Map<string, readonly TreeEntry[]>();
  const { list, find } = openNotesTree(objects);
  return {
    objects,
    find,
    list: async (tree) => made.get(tree) ?? list(tree),
    put: (entries) => {
      const oid = batch.add('tree', formatTree(entries));
      made.set(oid, entries);
      return oid;
    },
    putText: (text) => batch.add('blob', Buffer.from(text, 'utf8')),
  };
}

/** Text to write by commit id; drafts of one commit are joined in their order. */
async function joinTexts(
  { objects }: TreeBuilding,
  root: string | null,
  notes: readonly NoteDraft[],
): Promise<ReadonlyMap<string, string>> {
  const commits = notes.map((note) => note.commit);
  const texts =
    root === null ? new Map<string, string>() : await readNotesAt(objects, root, commits);
  for (const { commit, text, join } of notes) {
    const there = texts.get(commit);
    texts.set(commit, there === undefined || join === undefined ? text : join(there, text));
  }
  return texts;
}

function commitOf(
  work: Work,
  identity: string,
  { tree, before }: { readonly tree: string; readonly before: string | null },
): Buffer {
  const parents = [...(before === null ? [] : [before]), ...work.place.parents];
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${identity}`,
    `committer ${identity}`,
    '',
    work.place.message,
    '',
  ];
  return Buffer.from(lines.join('\n'), 'utf8');
}

/** @returns false where somebody else moved the ref first. */
async function moveRef(
  repository: Repository,
  place: NotesPlace,
  move: { readonly before: string | null; readonly next: string | null },
): Promise<boolean> {
  if (move.next === null) return true;
  const none = '0'.repeat(move.next.length);
  const args = ['update-ref', '-m', 'notes: aitrail', place.ref, move.next, move.before ?? none];
  const answer = await runGit(repository.caller, args, { okExits: [0, 1, 128] });
  if (answer.exit === 0) return true;
  await refuseOldLock(answer.stderr);
  // the two ways to lose: the ref has another value, or its lock file is there
  if (/but expected|reference already exists|File exists|unable to resolve/i.test(answer.stderr))
    return false;
  throw new Fault('GIT_FAILED', `git update-ref ${place.ref}: ${answer.stderr.trim()}`);
}

/** @throws Fault NOTES_LOCKED where whoever locked the ref is long gone. */
async function refuseOldLock(stderr: string): Promise<void> {
  const path = /'([^']+\.lock)': File exists/.exec(stderr)?.[1];
  const lock = path === undefined ? null : await stat(path).catch(() => null); // just given up
  if (path === undefined || lock === null || Date.now() - lock.mtimeMs < LOCK_AGE_MS) return;
  throw new Fault('NOTES_LOCKED', `${path} was left behind by a git that has ended`, {
    fix: `where no git is at work any more: rm ${path}`,
  });
}
