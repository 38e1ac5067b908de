// Do the notes of a range tell one history of each log? Two roots for one size are proof of two histories; a child that
// is silent about its parent's checkpoint hides whether the log was rebuilt between them.
import type { Checkpoint } from '../../log/checkpoint.ts';
import type { Statement } from '../../model/statement.ts';
import type { CommitFacts } from '../../model/verdict.ts';

export interface LoggedCommit {
  readonly facts: CommitFacts;
  readonly statement: Statement;
  /** Of its own proof, which holds. */
  readonly checkpoint: Checkpoint;
}

interface Mark {
  readonly commit: string;
  readonly vkey: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

/** @returns what is wrong by commit id. */
export function checkLogChain(logged: readonly LoggedCommit[]): ReadonlyMap<string, string> {
  const wrong = new Map<string, string>();
  const heads = new Map(logged.map((each) => [each.facts.commit, headOf(each)]));
  for (const each of logged) {
    const why = silentAbout(each, heads);
    if (why !== null) wrong.set(each.facts.commit, why);
  }
  const marks = logged.flatMap((each) => marksOf(each, heads.get(each.facts.commit) ?? null));
  for (const commit of findForked(marks))
    wrong.set(commit, 'the log shows two histories: another note has another root for its size');
  return wrong;
}

function headOf({ facts, statement, checkpoint }: LoggedCommit): Mark | null {
  const { log } = statement.predicate;
  if (log === null) return null;
  const root = Buffer.from(checkpoint.root).toString('base64');
  return { commit: facts.commit, vkey: log.vkey, size: checkpoint.size, root };
}

function marksOf(each: LoggedCommit, head: Mark | null): readonly Mark[] {
  const since = each.statement.predicate.log?.since ?? null;
  if (head === null) return [];
  return since === null ? [head] : [head, { ...head, size: since.size, root: since.root }];
}

/** A parent that was attested later stands further on in the log: nothing could be proven of it then. */
function silentAbout(
  { facts, statement }: LoggedCommit,
  heads: ReadonlyMap<string, Mark | null>,
): string | null {
  const own = heads.get(facts.commit) ?? null;
  if (own === null || (statement.predicate.log?.since ?? null) !== null) return null;
  const older = facts.parents
    .map((parent) => heads.get(parent) ?? null)
    .find((head) => head !== null && head.vkey === own.vkey && head.size < own.size);
  return older === undefined || older === null
    ? null
    : 'the note does not prove that the log only grew since its parent’s note';
}

/** @returns commits whose marks contradict another's. */
function findForked(marks: readonly Mark[]): ReadonlySet<string> {
  const bySize = new Map<string, Mark[]>();
  for (const mark of marks) {
    const key = `${mark.vkey} ${mark.size}`;
    const same = bySize.get(key);
    if (same === undefined) bySize.set(key, [mark]);
    else same.push(mark);
  }
  const forked = [...bySize.values()].filter(
    (same) => new Set(same.map((mark) => mark.root)).size > 1,
  );
  return new Set(forked.flat().map((mark) => mark.commit));
}
