// Signed lines about approvals, each a blob of its own under refs/aitrail/approvals/<id>/<digest>: nothing is ever changed,
// so clones only add to each other and no two can collide. Blobs, because `git log --all` passes them over. What a ref is
// called proves nothing.
import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../model/caller.ts';
import type { Objects } from './objects.ts';
import type { Repository } from './open-repository.ts';
import { PLAINLY, QUIETLY } from './own-push.ts';
import { gitText, runGit } from './run-git.ts';
import { openBatch } from './write-objects.ts';
import { sha256Hex } from '../model/sha256.ts';

const ROOT = 'refs/aitrail/approvals';
const REFS_MAX = 5000;
const ANY_EXIT = [0, 1, 128, 129] as const;

/** @returns the lines of all refs. */
export async function readApprovalLines(
  repository: Repository,
  objects: Objects,
): Promise<readonly string[]> {
  const ids = (await listApprovalIds(repository)).split('\n').filter(Boolean);
  const found = await Promise.all(ids.map((id) => objects.read(id)));
  return found.flatMap((object) =>
    object?.type === 'blob' ? [object.bytes.toString('utf8').replace(/\n$/, '')] : [],
  );
}

/** @returns ids of the objects that hold them, a line each: the same text as long as nothing has come. */
export const listApprovalIds = ({ caller }: Repository): Promise<string> =>
  gitText(caller, [
    'for-each-ref',
    `--count=${String(REFS_MAX)}`,
    '--format=%(objectname)',
    `${ROOT}/`,
  ]);

/** @param line one line without LF. @throws Fault GIT_FAILED. */
export async function writeApprovalLine(
  repository: Repository,
  id: string,
  line: string,
): Promise<void> {
  const batch = openBatch(repository);
  const blob = batch.add('blob', Buffer.from(`${line}\n`, 'utf8'));
  await batch.write();
  const name = sha256Hex(line).slice(0, 32);
  await moveRef(repository.caller, `${ROOT}/${id}/${name}`, blob);
}

const TRIES_MAX = 20;

async function moveRef(caller: Caller, ref: string, blob: string): Promise<void> {
  for (let tries = 1; tries < TRIES_MAX; tries += 1) {
    const answer = await runGit(caller, ['update-ref', ref, blob], { okExits: [0, 1, 128] });
    if (answer.exit === 0) return;
    await pause(5 * tries); // its lock, or the directory above it, belongs to somebody else just now
  }
  await runGit(caller, ['update-ref', ref, blob]);
}

const SPEC = `${ROOT}/*:${ROOT}/*`;

/**
 * Takes what the remote has and is not here. Nothing here is replaced or removed.
 *
 * @returns why it could not, null where it went well.
 */
export async function fetchApprovals(
  { caller }: Repository,
  remote: string,
  timeoutMs: number,
): Promise<string | null> {
  const answer = await runGit(
    caller,
    [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-prune',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--recurse-submodules=no',
      remote,
      SPEC,
    ],
    { okExits: ANY_EXIT, timeoutMs },
  );
  // 1: some ref is here with other content, which stays; the others came
  return answer.exit === 0 || answer.exit === 1 ? null : whyOf(answer.stderr);
}

/** Gives the remote what is here. @returns why it could not, null where it went well. */
export async function sendApprovals(
  { caller }: Repository,
  remote: string,
  timeoutMs: number,
): Promise<string | null> {
  const answer = await runGit(caller, [...QUIETLY, 'push', ...PLAINLY, remote, SPEC], {
    okExits: ANY_EXIT,
    timeoutMs,
  });
  return answer.exit === 0 ? null : whyOf(answer.stderr);
}

const whyOf = (stderr: string): string => {
  const lines = stderr.trim().split('\n');
  const said = lines.find((line) => /^(?:fatal|error|remote):/.test(line)) ?? lines[0] ?? '';
  return said.replace(/^(?:fatal|error|remote):\s*/, '') || 'it took too long';
};
