// What stands in the files of a worktree at one moment: before the model speaks and when its reply ended. Kept as keyed
// token numbers per line, no text. Runs beside the request, never in its way; files whose stat did not change since the
// last time are neither read nor recorded again, and where nothing was touched git is not asked.
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashBlob } from '../../git/hash-blob.ts';
import { openObjects } from '../../git/objects.ts';
import type { ChangeWatch } from '../../git/watch-worktree.ts';
import { listDirtyPaths, readIndexEntries } from '../../git/worktree-status.ts';
import { openTokenizer, splitTokenLines, type Tokenizer } from '../../match/tokens.ts';
import type { Caller } from '../../model/caller.ts';
import type { Observation } from '../../store/store.ts';

const FILES_MAX = 2000;
const FILE_BYTES_MAX = 1_000_000;
const STATUS_TIMEOUT_MS = 10_000;
/** Watches cannot see everything (mapped memory, other machines' writes): as old as this what they say may be. */
const TRUSTED_MS = 60_000;
/** git's own test for binary content looks at as many bytes. */
const BINARY_PROBE_BYTES = 8000;

interface SeenFile {
  readonly stat: string;
  readonly blob: string | null;
}

/** What the daemon remembers about one worktree between requests. */
export interface WorktreeState {
  readonly seen: Map<string, SeenFile>;
  readonly tokenizer: Tokenizer;
  /** When it was last known what is dirty and what is clean. */
  scannedAtMs: number;
  /** When git last looked at all of it. */
  fullAtMs: number;
  /** Commit that HEAD named then; what is dirty is so against it. */
  head: string | null;
  /** null: every look is a full one. */
  changes: ChangeWatch | null;
  /** One scan at a time: the tail of the queue. */
  queue: Promise<unknown>;
}

export interface ObservedWorktree {
  /** Stands in the worktree's top directory. */
  readonly caller: Caller;
  /** Absolute, real. */
  readonly worktree: string;
  /** The common git directory. */
  readonly repository: string;
  /** The worktree's own git directory. */
  readonly gitDir: string;
}

export interface ObservationMoment {
  readonly exchange: string;
  readonly moment: 'before' | 'after';
  /** For `after`: repository-relative paths that the reply is about to write. What the index holds for those that were
   *  clean is recorded as having stood there before. */
  readonly named?: readonly string[];
}

export const openWorktreeState = (key: Uint8Array): WorktreeState => ({
  seen: new Map(),
  tokenizer: openTokenizer(key),
  scannedAtMs: 0,
  fullAtMs: 0,
  head: null,
  changes: null,
  queue: Promise.resolve(),
});

/** Do files differ from HEAD? null where the last look failed, or none was. */
export const differsFromHead = ({ fullAtMs, seen }: WorktreeState): boolean | null =>
  fullAtMs === 0 ? null : seen.size > 0;

/**
 * Looks at the worktree.
 *
 * @returns one observation per file whose content is new since the last call; `atMs` is when the file was read.
 * @throws Fault GIT_MISSING. A status that fails or takes too long gives no observations.
 */
export function observeWorktree(
  state: WorktreeState,
  place: ObservedWorktree,
  moment: ObservationMoment,
): Promise<readonly Observation[]> {
  const run = state.queue.then(() =>
    moment.moment === 'before' ? scanDirty(state, place, moment) : scanKnown(state, place, moment),
  );
  state.queue = run.catch(() => undefined); // whoever asked gets the error; the next scan starts afresh
  return run;
}

async function scanDirty(
  state: WorktreeState,
  place: ObservedWorktree,
  moment: ObservationMoment,
): Promise<readonly Observation[]> {
  const below = findTouched(state);
  if (below !== null && below.length === 0) {
    state.scannedAtMs = Date.now();
    return [];
  }
  const dirty = await listDirty(state, place, below);
  if (dirty === null) return [];
  // a file that was dirty and is clean now has changed too: committed, stashed, reset
  const known = [...state.seen.keys()].filter((path) => below === null || isBelow(path, below));
  const paths = new Set([...dirty, ...known]);
  const observations = await observePaths(state, place, { ...moment, paths: [...paths] });
  const isDirty = new Set(dirty);
  for (const path of known) if (!isDirty.has(path)) state.seen.delete(path);
  return observations;
}

/** @returns paths touched since the last look; null where git has to look at everything. */
function findTouched({ changes, fullAtMs }: WorktreeState): readonly string[] | null {
  const touched = changes?.take() ?? null;
  return Date.now() - fullAtMs > TRUSTED_MS ? null : touched;
}

/** @returns null where git failed or was too slow. @throws Fault GIT_MISSING. */
async function listDirty(
  state: WorktreeState,
  { caller }: ObservedWorktree,
  below: readonly string[] | null,
): Promise<readonly string[] | null> {
  const { fullAtMs } = state;
  const nowMs = Date.now();
  state.fullAtMs = 0; // what was touched is told once: where this look fails the next one is a full one
  const limits = { max: FILES_MAX, timeoutMs: STATUS_TIMEOUT_MS, below };
  const dirty = await listDirtyPaths(caller, limits);
  if (dirty === null) return null;
  state.scannedAtMs = nowMs;
  state.fullAtMs = below === null ? nowMs : fullAtMs;
  state.changes?.cover(dirty);
  return dirty;
}

const isBelow = (path: string, tops: readonly string[]): boolean =>
  tops.some((top) => path === top || path.startsWith(`${top}/`));

async function scanKnown(
  state: WorktreeState,
  place: ObservedWorktree,
  moment: ObservationMoment,
): Promise<readonly Observation[]> {
  const clean = (moment.named ?? []).filter((path) => !state.seen.has(path));
  const stood = await observeIndex(state, place, { ...moment, paths: clean });
  return [
    ...stood,
    ...(await observePaths(state, place, { ...moment, paths: [...state.seen.keys()] })),
  ];
}

type Asked = ObservationMoment & { readonly paths: readonly string[] };

async function observePaths(
  state: WorktreeState,
  place: ObservedWorktree,
  asked: Asked,
): Promise<Observation[]> {
  const observations: Observation[] = [];
  for (const path of asked.paths) {
    const found = await readIfChanged(state, place, path);
    if (found === 'same') continue;
    state.seen.set(path, { stat: found.stat, blob: found.blob });
    if (found.lines === null) continue;
    const { blob, lines } = found;
    observations.push({ ...facts(place, asked), path, atMs: Date.now(), blob, lines });
  }
  return observations;
}

/** What stood in files that were clean: the index's blobs, as of the last full scan. */
async function observeIndex(
  state: WorktreeState,
  place: ObservedWorktree,
  asked: Asked,
): Promise<Observation[]> {
  if (asked.paths.length === 0) return [];
  const entries = await readIndexEntries(place.caller, asked.paths);
  const objects = openObjects(place.caller);
  const observations: Observation[] = [];
  for (const path of asked.paths) {
    const blob = entries.get(path) ?? null;
    const content = blob === null ? null : await objects.read(blob);
    const lines = content === null ? [] : tokenLines(state, content.bytes);
    if (lines === null) continue;
    const stood = { ...facts(place, asked), moment: 'before' as const, atMs: state.scannedAtMs };
    observations.push({ ...stood, path, blob, lines });
  }
  objects.close();
  return observations;
}

const facts = (
  place: ObservedWorktree,
  asked: Asked,
): Pick<Observation, 'repository' | 'worktree' | 'exchange' | 'moment'> => ({
  repository: place.repository,
  worktree: place.worktree,
  exchange: asked.exchange,
  moment: asked.moment,
});

interface FoundFile extends SeenFile {
  /** null where the content is not looked at: binary, huge, no regular file. */
  readonly lines: readonly (readonly number[])[] | null;
}

async function readIfChanged(
  state: WorktreeState,
  place: ObservedWorktree,
  path: string,
): Promise<FoundFile | 'same'> {
  const seen = state.seen.get(path);
  const file = join(place.worktree, path);
  try {
    const at = await lstat(file, { bigint: true });
    const stat = `${at.ino}:${at.size}:${at.mtimeNs}:${at.ctimeNs}`;
    if (seen?.stat === stat) return 'same';
    if (!at.isFile() || at.size > FILE_BYTES_MAX) return { stat, blob: null, lines: null };
    const bytes = await readFile(file);
    const blob = await hashBlob(bytes);
    if (seen?.blob === blob) return { stat, blob, lines: null };
    return { stat, blob, lines: tokenLines(state, bytes) };
  } catch {
    // gone, or not readable for us: it is absent as far as attribution can tell
    return seen?.stat === 'absent' ? 'same' : { stat: 'absent', blob: null, lines: [] };
  }
}

function tokenLines(state: WorktreeState, bytes: Buffer): readonly (readonly number[])[] | null {
  if (bytes.length > FILE_BYTES_MAX || bytes.subarray(0, BINARY_PROBE_BYTES).includes(0))
    return null;
  return splitTokenLines(state.tokenizer.tokenize(bytes.toString('utf8')));
}
