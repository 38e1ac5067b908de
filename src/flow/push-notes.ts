// Notes follow the branch: sent from pre-push, over one connection of their own, and none where they are there already.
// Nothing here stops a push; what goes wrong is one line.
import { mergeNotes } from '../git/merge-notes.ts';
import type { PushedRef } from '../git/outgoing.ts';
import { isDryRunPush } from '../git/push-command.ts';
import { runGit } from '../git/run-git.ts';
import type { Notice, TextNotice } from '../model/notice.ts';
import { NOTES_REF } from '../model/statement.ts';
import type { HookWork } from './hook-work.ts';

export interface NotesPush {
  /** Name, or URL where it has none. */
  readonly remote: string;
  readonly url: string;
  readonly refs: readonly PushedRef[];
}

/** A push waits no longer than that for its notes. */
const BUDGET_MS = 8000;
const TRIES_MAX = 3;

/** @returns what to tell where the notes did not get there; null where all is well. */
export async function pushNotes(work: HookWork, push: NotesPush): Promise<Notice | null> {
  const isWanted = work.policy.notes.push && push.refs.some((ref) => ref.localOid !== null);
  if (!isWanted || (await isThereAlready(work, push.remote))) return null;
  if (await isDryRunPush(work.repository.caller)) return null;
  const why = await sendWithRetries(work, push);
  return why === null ? null : notSent(push.remote, why);
}

/** As far as this repository knows; also where there are no notes at all. */
async function isThereAlready({ objects }: HookWork, remote: string): Promise<boolean> {
  const local = await objects.read(`${NOTES_REF}^{commit}`);
  if (local === null) return true;
  const tracking = trackingRef(remote);
  return tracking !== null && (await objects.read(`${tracking}^{commit}`))?.oid === local.oid;
}

/** @returns why they could not be sent, null where they were. */
async function sendWithRetries(work: HookWork, push: NotesPush): Promise<string | null> {
  const until = Date.now() + BUDGET_MS;
  let why = 'it took too long';
  for (let tries = 0; tries < TRIES_MAX && Date.now() < until; tries += 1) {
    const sent = await sendNotes(work, push, until - Date.now());
    if (sent.isDone) return null;
    why = sent.why;
    if (!sent.isBehind || !(await takeTheirs(work, push, until - Date.now()))) break;
  }
  return why;
}

const notSent = (remote: string, why: string): TextNotice => ({
  kind: 'text',
  text: `notes were not sent to ${remote}: ${why}; they go with the next push`,
});

const trackingRef = (remote: string): string | null =>
  /^[\w.-]+(?:\/[\w.-]+)*$/.test(remote) ? `refs/notes/remotes/${remote}/aitrail` : null;

/** Without hooks, signatures or submodules of its own: this is not the user's push. */
const QUIETLY = ['-c', 'core.hooksPath=/dev/null', '-c', 'push.followTags=false'] as const;
const PLAINLY = ['--no-verify', '--no-signed', '--recurse-submodules=no', '--quiet'] as const;

interface Sent {
  readonly isDone: boolean;
  /** Does the remote have notes that we lack? */
  readonly isBehind: boolean;
  readonly why: string;
}

async function sendNotes(
  { repository }: HookWork,
  push: NotesPush,
  timeoutMs: number,
): Promise<Sent> {
  const target = push.remote === '' ? push.url : push.remote;
  const answer = await runGit(
    repository.caller,
    [...QUIETLY, 'push', ...PLAINLY, target, `${NOTES_REF}:${NOTES_REF}`],
    { okExits: ANY_EXIT, timeoutMs },
  );
  const isBehind = /\((?:fetch first|non-fast-forward|cannot lock ref|incorrect old value)/.test(
    answer.stderr,
  );
  const isDone = answer.exit === 0;
  if (isDone) await rememberSent(repository.caller, push.remote);
  return { isDone, isBehind, why: lastLine(answer.stderr) };
}

const ANY_EXIT = [0, 1, 128, 129] as const;

const lastLine = (text: string): string =>
  text
    .trim()
    .split('\n')
    .findLast((line) => !line.startsWith('hint:'))
    ?.replace(/^(?:fatal|error|remote):\s*/, '') ?? '';

/** git does so itself only where a fetch refspec of ours is set. */
async function rememberSent(
  caller: HookWork['repository']['caller'],
  remote: string,
): Promise<void> {
  const tracking = trackingRef(remote);
  if (tracking !== null) await runGit(caller, ['update-ref', tracking, NOTES_REF]);
}

/** Fetches the remote's notes and joins them with ours. @returns false where that did not work. */
async function takeTheirs(work: HookWork, push: NotesPush, timeoutMs: number): Promise<boolean> {
  if (timeoutMs <= 0) return false;
  const { repository } = work;
  const target = push.remote === '' ? push.url : push.remote;
  const into = trackingRef(push.remote) ?? 'refs/notes/remotes/by-url/aitrail';
  const fetched = await runGit(
    repository.caller,
    [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--recurse-submodules=no',
      target,
      `+${NOTES_REF}:${into}`,
    ],
    { okExits: ANY_EXIT, timeoutMs },
  );
  return fetched.exit === 0 && (await mergeNotes(repository, into));
}
