// Which objects of a repository hold certain bytes, whatever leads to them. Nothing that is looked for is an argument of
// a process: others could read it there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { Fault } from '../model/fault.ts';
import { atTop } from './commit-diff.ts';
import type { Repository } from './open-repository.ts';
import { gitEnv, runGit } from './run-git.ts';

export interface ObjectHit {
  readonly object: string;
  readonly kind: 'blob' | 'commit' | 'tag';
  /** Indexes of the needles that it holds. */
  readonly needles: readonly number[];
}

export interface SearchedObjects {
  readonly hits: readonly ObjectHit[];
  readonly commits: number;
  /** Blobs, commits and tags: names in trees are of files. */
  readonly objects: number;
  readonly bytes: number;
}

const KINDS = ['blob', 'commit', 'tag'] as const;

/** @throws Fault GIT_FAILED, GIT_MISSING. */
export async function findBytes(
  repository: Repository,
  needles: readonly Buffer[],
): Promise<SearchedObjects> {
  const format = '--batch-check=%(objecttype) %(objectname)';
  const words = ['cat-file', '--batch-all-objects', '--unordered', format];
  const listed = (await runGit(atTop(repository), words)).stdout.toString('latin1').split('\n');
  const names = listed.flatMap((line) => {
    const [kind, name = ''] = line.split(' ');
    return KINDS.some((each) => each === kind) ? [name] : [];
  });
  const child = spawn('git', ['cat-file', '--batch', '--buffer'], {
    cwd: atTop(repository).cwd,
    env: gitEnv(repository.caller),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  ended.catch(() => undefined); // it could not be started: the reading ends empty
  child.stdin.on('error', () => undefined); // git ended early: its status tells
  child.stdin.end(`${names.join('\n')}\n`);
  const searched = await searchObjects(child.stdout, needles);
  const [exit] = await ended;
  if (exit !== 0 || searched.objects !== names.length)
    throw new Fault(
      'GIT_FAILED',
      `git cat-file: ${String(searched.objects)} of ${String(names.length)} objects could be read`,
    );
  return searched;
}

interface Header {
  readonly object: string;
  readonly kind: ObjectHit['kind'];
  readonly bytes: number;
}

/** `<id> <kind> <bytes> LF`, the content, LF. */
async function searchObjects(
  output: Readable,
  needles: readonly Buffer[],
): Promise<SearchedObjects> {
  const hits: ObjectHit[] = [];
  const counts = { commits: 0, objects: 0, bytes: 0 };
  for await (const { object, kind, content } of readObjects(output)) {
    counts.objects += 1;
    counts.bytes += content.length;
    if (kind === 'commit') counts.commits += 1;
    const held = needles.flatMap((needle, index) => (content.includes(needle) ? [index] : []));
    if (held.length > 0) hits.push({ object, kind, needles: held });
  }
  return { hits, ...counts };
}

interface ReadObject {
  readonly object: string;
  readonly kind: ObjectHit['kind'];
  readonly content: Buffer;
}

async function* readObjects(output: Readable): AsyncGenerator<ReadObject> {
  const chunks: Buffer[] = [];
  let held = 0;
  let wanted = 1;
  for await (const chunk of output) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    held += bytes.length;
    if (held < wanted) continue; // a large object comes in many pieces: joined once
    let rest: Buffer = Buffer.concat(chunks.splice(0));
    let next = readHeader(rest);
    while (next !== null && rest.length > next.start + next.header.bytes) {
      const end = next.start + next.header.bytes;
      yield { ...next.header, content: rest.subarray(next.start, end) };
      rest = rest.subarray(end + 1);
      next = readHeader(rest);
    }
    chunks.push(rest);
    held = rest.length;
    wanted = next === null ? rest.length + 1 : next.start + next.header.bytes + 1;
  }
}

/** @returns null while the line is not all there. */
function readHeader(bytes: Buffer): { readonly header: Header; readonly start: number } | null {
  const end = bytes.indexOf('\n');
  if (end < 0) return null;
  const [object = '', kind, size] = bytes.toString('latin1', 0, end).split(' ');
  const known = KINDS.find((each) => each === kind);
  // an object that is gone by now: `<id> missing`
  if (known === undefined)
    throw new Fault('GIT_FAILED', `git cat-file: object ${object} cannot be read`);
  return { header: { object, kind: known, bytes: Number(size) }, start: end + 1 };
}
