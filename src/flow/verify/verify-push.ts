// The lines that git gives a server's pre-receive hook, as targets: what each update would bring, and what stands
// before it there. Nothing is fetched; the push's own objects are readable from its quarantine.
import { readNotesAt, linesOf } from '../../git/notes.ts';
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { runGit } from '../../git/run-git.ts';
import { Fault } from '../../model/fault.ts';
import { NOTES_REF } from '../../model/statement.ts';
import { mergeBase, type VerifyTarget } from './verify-target.ts';

export interface PushedTargets {
  readonly targets: readonly VerifyTarget[];
  readonly notes: ReadonlyMap<string, readonly string[]>;
}

interface RefUpdate {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** @param text lines `<old> <new> <ref>`. @throws Fault USAGE for anything else, OBJECTS_MISSING. */
export async function readPushed(
  repository: Repository,
  objects: Objects,
  text: string,
): Promise<PushedTargets> {
  const updates = text.split('\n').filter(Boolean).map(parseUpdate);
  const targets: VerifyTarget[] = [];
  for (const update of updates)
    if (!isNone(update.after) && !/^refs\/(notes|aitrail)\//.test(update.ref))
      targets.push(await targetOf(repository, update));
  const commits = targets.flatMap((target) => target.commits);
  const notes = new Map<string, readonly string[]>();
  for (const { ref, after } of updates) {
    if (ref !== NOTES_REF || isNone(after)) continue;
    for (const [commit, note] of await readNotesAt(objects, after, commits))
      notes.set(commit, linesOf(note));
  }
  return { targets, notes };
}

function parseUpdate(line: string): RefUpdate {
  const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (\S+)$/.exec(line);
  if (match === null)
    throw new Fault('USAGE', 'standard input holds a line that is not <old> <new> <ref>', {
      fix: 'call it from a pre-receive hook, which gets these lines from git',
    });
  const [, before = '', after = '', ref = ''] = match;
  return { before, after, ref };
}

const isNone = (oid: string): boolean => /^0+$/.test(oid);

async function targetOf(repository: Repository, update: RefUpdate): Promise<VerifyTarget> {
  const { before, after, ref } = update;
  const limits = isNone(before) ? ['--not', '--all'] : ['--not', before, '--all'];
  const answer = await runGit(repository.caller, ['rev-list', after, ...limits], {
    okExits: [0, 128],
  });
  if (answer.exit !== 0)
    throw new Fault('OBJECTS_MISSING', `what ${ref.slice(0, 100)} would become cannot be read`);
  const commits = answer.stdout.toString('latin1').split('\n').filter(Boolean);
  const stands = isNone(before) ? await defaultTip(repository) : before;
  return { commits, base: stands === null ? null : await baseOf(repository, stands, after) };
}

/** A new branch is judged by what its default branch said where they part. */
async function baseOf(
  repository: Repository,
  stands: string,
  after: string,
): Promise<string | null> {
  return (await mergeBase(repository, stands, after)) ?? stands;
}

async function defaultTip(repository: Repository): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'];
  const answer = await runGit(repository.caller, args, { okExits: [0, 1, 128] });
  return answer.exit === 0 ? answer.stdout.toString('latin1').trim() : null;
}
