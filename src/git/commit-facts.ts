// A commit object's own words, from its raw bytes. A commit with two headers of one name can show different readers
// different things (GHSA-7rmh-48mx-2vwc): it is refused.
import { hash } from 'node:crypto';
import type { CommitFacts } from '../model/verdict.ts';
import type { GitObject, Objects } from './objects.ts';

export type CommitReading =
  | { readonly kind: 'commit'; readonly facts: CommitFacts }
  | { readonly kind: 'malformed'; readonly why: string }
  | { readonly kind: 'absent' };

const ONCE = ['tree', 'author', 'committer'] as const;
const AT_MOST_ONCE = ['gpgsig', 'gpgsig-sha256', 'encoding'] as const;

/** @param revision full commit id. */
export async function readCommitFacts(objects: Objects, revision: string): Promise<CommitReading> {
  const object = await objects.read(revision);
  return object === null ? { kind: 'absent' } : parseCommit(object);
}

/** The same of an object that is at hand. */
export function parseCommit(object: GitObject): CommitReading {
  if (object.type !== 'commit') return malformed(`${object.oid} is a ${object.type}`);
  const [head = '', ...paragraphs] = object.bytes.toString('utf8').split('\n\n');
  const headers = readHeaders(head);
  const valuesOf = (name: string): readonly string[] =>
    headers.filter(([key]) => key === name).map(([, value]) => value);
  const odd =
    ONCE.find((name) => valuesOf(name).length !== 1) ??
    AT_MOST_ONCE.find((name) => valuesOf(name).length > 1);
  if (odd !== undefined)
    return malformed(`the commit object has ${valuesOf(odd).length} ${odd} headers`);
  return {
    kind: 'commit',
    facts: {
      commit: object.oid,
      tree: valuesOf('tree').join(),
      parents: valuesOf('parent'),
      committer: /<([^<>]*)>/.exec(valuesOf('committer').join())?.[1] ?? '',
      subject: paragraphs.join('\n\n').replace(/\n[^]*$/, ''),
      rawSha256: hash('sha256', object.bytes),
    },
  };
}

/** Name and value; further lines of a value start with a blank and are left out. */
const readHeaders = (head: string): readonly (readonly [string, string])[] =>
  head
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]);

const malformed = (why: string): CommitReading => ({ kind: 'malformed', why });
