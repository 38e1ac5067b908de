// Notes follow the branch: sent from pre-push, over one connection of their own, and none where they are there already.
// Nothing here stops a push; what goes wrong is one line.
import { setTimeout as pause } from 'node:timers/promises';
import { GIT_AI_REF } from '../../attest/git-ai.ts';
import { mergeNotes } from '../../git/merge-notes.ts';
import type { PushedRef } from '../../git/outgoing.ts';
import { PLAINLY, QUIETLY } from '../../git/own-push.ts';
import { isDryRunPush } from '../../git/push-command.ts';
import { runGit } from '../../git/run-git.ts';
import type { Notice, TextNotice } from '../../model/notice.ts';
import { NOTES_REF } from '../../model/statement.ts';
import type { HookWork } from '../commit/hook-work.ts';

export interface NotesPush {
  /** Name, or URL where it has none. */
  readonly remote: string;
  readonly url: string;
  readonly refs: readonly PushedRef[];
}

interface Sending extends NotesPush {
  readonly unsent: readonly string[];
}

/** A push waits no longer than that for its notes. */
const BUDGET_MS = 8000;
const TRIES_MAX = 6;
/** Two that lost to each other do not come back at the same moment. */
const PAUSE_MS = 200;

/** @returns what to tell where the notes did not get there; null where all is well. */
export async function pushNotes(work: HookWork, push: NotesPush): Promise<Notice | null> {
  const isWanted = work.policy.notes.push && push.refs.some((ref) => ref.localOid !== null);
  if (!isWanted) return null;
  const unsent = await listUnsent(work, push);
  if (unsent.length === 0 || (await isDryRunPush(work.repository.caller))) return null;
  const why = await sendWithRetries(work, { ...push, unsent });
  return why === null ? null : notSent(push.remote, why);
}

/**
 * Refs that the remote lacks, as far as this repository knows; none where there are no notes at all. What the push carries
 * itself (--mirror) is left to it: it would find the ref moved, and fail.
 */
async function listUnsent(
  { objects, policy }: HookWork,
  { remote, refs: pushed }: NotesPush,
): Promise<readonly string[]> {
  const carried = new Set(pushed.map(({ remoteRef }) => remoteRef));
  const wanted = policy.notes.gitAi ? [NOTES_REF, GIT_AI_REF] : [NOTES_REF];
  const refs = wanted.filter((ref) => !carried.has(ref));
  const isUnsent = await Promise.all(
    refs.map(async (ref) => {
      const local = await objects.read(`${ref}^{commit}`);
      if (local === null) return false;
      const tracking = trackingRef(ref, remote);
      return tracking === null || (await objects.read(`${tracking}^{commit}`))?.oid !== local.oid;
    }),
  );
  return refs.filter((_, at) => isUnsent[at]);
}

/** @returns why they could not be sent, null where they were. */
async function sendWithRetries(work: HookWork, push: Sending): Promise<string | null> {
  const until = Date.now() + BUDGET_MS;
  let why = TOO_LONG;
  for (let tries = 0; tries < TRIES_MAX && Date.now() < until; tries += 1) {
    if (tries > 1) await pause(Math.random() * PAUSE_MS);
    const sent = await sendNotes(work, push, until - Date.now());
    if (sent.isDone) return null;
    why = sent.why;
    if (!sent.isBehind) return why;
    why = (await takeTheirs(work, push, until)) ?? why;
  }
  return why;
}

const TOO_LONG = 'it took too long';

const notSent = (remote: string, why: string): TextNotice => ({
  kind: 'text',
  text: `notes were not sent to ${remote}: ${why}; they go with the next push`,
});

const trackingRef = (ref: string, remote: string): string | null =>
  /^[\w.-]+(?:\/[\w.-]+)*$/.test(remote)
    ? ref.replace('refs/notes/', `refs/notes/remotes/${remote}/`)
    : null;

interface Sent {
  readonly isDone: boolean;
  /** Does the remote have notes that we lack? */
  readonly isBehind: boolean;
  readonly why: string;
}

/** Another hook may add notes meanwhile: what is sent, and remembered as sent, is named by its id. */
async function sendNotes(
  { repository, objects }: HookWork,
  push: Sending,
  timeoutMs: number,
): Promise<Sent> {
  const target = push.remote === '' ? push.url : push.remote;
  const tips = await Promise.all(
    push.unsent.map(async (ref) => ({ ref, oid: (await objects.read(ref))?.oid ?? ref })),
  );
  const known = await readTracking(objects, push.remote, tips);
  const answer = await runGit(
    repository.caller,
    [...QUIETLY, 'push', ...PLAINLY, target, ...tips.map(({ ref, oid }) => `${oid}:${ref}`)],
    { okExits: ANY_EXIT, timeoutMs },
  );
  const isBehind =
    /\((?:fetch first|non-fast-forward|cannot lock ref|incorrect old value|reference already exists|failed to update ref)/.test(
      answer.stderr,
    );
  const isDone = answer.exit === 0;
  if (isDone) await rememberSent(repository.caller, known);
  return { isDone, isBehind, why: refusalIn(answer.stderr) ?? lastLine(answer.stderr) };
}

const ANY_EXIT = [0, 1, 128, 129] as const;

/** What the other side says of a ref, as git tells it. */
function refusalIn(text: string): string | null {
  const [, ref, why] = /^ ! \[.*?\] +.* -> (\S+) \((.+)\)$/m.exec(text) ?? [];
  return ref === undefined
    ? null
    : `it refuses ${ref} (${why ?? ''}; notes: { push: false } keeps them here)`;
}

/** Of git's standard error; it has nothing to say where it was ended. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'));
  const why = lines.findLast((line) => !THAT_IT_FAILED.test(line)) ?? lines.at(-1);
  return why?.replace(/^(?:fatal|error|remote):\s*/, '') ?? TOO_LONG;
}

/** What stands behind the reason and repeats that there is one. */
const THAT_IT_FAILED = /^error: failed to push some refs|^fatal: git-http-push failed/;

interface Tracked {
  readonly ref: string;
  /** What is sent. */
  readonly oid: string;
  /** Where the ref stood before; zeros where there was none. */
  readonly before: string;
}

const readTracking = (
  objects: HookWork['objects'],
  remote: string,
  tips: readonly { readonly ref: string; readonly oid: string }[],
): Promise<readonly Tracked[]> =>
  Promise.all(
    tips.flatMap(({ ref, oid }) => {
      const tracking = trackingRef(ref, remote);
      if (tracking === null) return [];
      const before = objects.read(tracking).then((found) => found?.oid ?? '0'.repeat(oid.length));
      return [before.then((known) => ({ ref: tracking, oid, before: known }))];
    }),
  );

/** git does so itself only where a fetch refspec of ours is set. What a fetch brought meanwhile is newer. */
async function rememberSent(
  caller: HookWork['repository']['caller'],
  tracked: readonly Tracked[],
): Promise<void> {
  for (const { ref, oid, before } of tracked)
    await runGit(caller, ['update-ref', ref, oid, before], { okExits: ANY_EXIT });
}

/** Fetches the remote's notes and joins them with ours. @returns why none could be had, null where some were. */
async function takeTheirs(work: HookWork, push: Sending, until: number): Promise<string | null> {
  const told: (string | null)[] = [];
  // one by one: the remote may have only one of them
  for (const ref of push.unsent)
    if (until > Date.now())
      told.push(await takeOne(work, { push, ref, timeoutMs: until - Date.now() }));
  return told.includes(null) ? null : (told[0] ?? null);
}

async function takeOne(
  { repository }: HookWork,
  asked: { readonly push: Sending; readonly ref: string; readonly timeoutMs: number },
): Promise<string | null> {
  const { push, ref, timeoutMs } = asked;
  const target = push.remote === '' ? push.url : push.remote;
  const into =
    trackingRef(ref, push.remote) ?? ref.replace('refs/notes/', 'refs/notes/remotes/by-url/');
  const fetched = await runGit(
    repository.caller,
    [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--recurse-submodules=no',
      target,
      `+${ref}:${into}`,
    ],
    { okExits: ANY_EXIT, timeoutMs },
  );
  if (fetched.exit !== 0) {
    const why = lastLine(fetched.stderr);
    // a fresh clone of a long history: a hook has no time for all notes, and without them it has none the next time
    return why === TOO_LONG
      ? `its notes must be fetched first: git fetch ${target} +${ref}:${into}`
      : why;
  }
  const kind = ref === NOTES_REF ? undefined : { ref, join: keepOurs };
  return (await mergeNotes(repository, into, kind)) ? null : `${ref} is gone there`;
}

/** A note of that kind is one document: two cannot be joined. */
const keepOurs = (ours: string): string => ours;
