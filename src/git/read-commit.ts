// A commit object's facts.
import type { Objects } from './objects.ts';

export interface CommitFacts {
  readonly commit: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly committedAtMs: number;
  /** Full ids in the message, and the parents of those that it reverts: `This reverts commit …`, `(cherry picked from
   *  commit …)`, the list that `merge --squash` writes. */
  readonly mentions: readonly string[];
}

const MENTIONS_MAX = 50;

/** @param spec anything that names a commit. @returns null where it names none. */
export async function readCommit(objects: Objects, spec: string): Promise<CommitFacts | null> {
  const found = await objects.read(`${spec}^{commit}`);
  if (found === null || found.type !== 'commit') return null;
  const text = found.bytes.toString('utf8');
  const headerEnd = text.indexOf('\n\n');
  const header = headerEnd < 0 ? text : text.slice(0, headerEnd);
  const seconds = /^committer .* (\d+) [+-]\d{4}$/m.exec(header)?.[1] ?? '0';
  return {
    commit: found.oid,
    tree: /^tree ([0-9a-f]+)$/m.exec(header)?.[1] ?? '',
    parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? ''),
    committedAtMs: Number(seconds) * 1000,
    mentions: mentionsIn(headerEnd < 0 ? '' : text.slice(headerEnd)),
  };
}

function mentionsIn(message: string): readonly string[] {
  const mentions = new Set<string>();
  for (const match of message.matchAll(/(reverts )?\bcommit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\b/g)) {
    const commit = match[2] ?? '';
    // what a revert brings back stood before the reverted commit
    if (match[1] !== undefined) mentions.add(`${commit}^`);
    mentions.add(commit);
  }
  return [...mentions].slice(0, MENTIONS_MAX);
}
