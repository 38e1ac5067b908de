// Ranges of statements against the blobs of their commits: the file is there with that content, the lines are in it and
// hash to what was said, and the commit added them.
import { contentSha256 } from '../../attest/build-statement.ts';
import {
  emptyTree,
  readAddedLines,
  type AddedLines,
  type DiffAlgorithm,
  type TreePair,
} from '../../git/added-lines.ts';
import type { GitObject, Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { runGit } from '../../git/run-git.ts';
import { Fault } from '../../model/fault.ts';
import type { LineRange } from '../../model/origin.ts';
import type { Statement, StatementFile, StatementRange } from '../../model/statement.ts';
import type { CommitFacts } from '../../model/verdict.ts';

export interface StatedCommit {
  readonly facts: CommitFacts;
  readonly statement: Statement;
}

export interface FilesWork {
  readonly repository: Repository;
  readonly objects: Objects;
}

/** git's own and its alternatives: two diffs may differ in which of two equal lines was added. */
const ALGORITHMS: readonly DiffAlgorithm[] = ['myers', 'histogram', 'patience', 'minimal'];

/** Commits whose blobs are asked for at a time: the reader answers in one stream, and this many are in memory. */
const TOGETHER = 64;

const NOTHING: AddedLines = new Map();

/** @returns what is wrong by commit id; commits whose ranges say what is there have no entry. */
export async function checkContents(
  work: FilesWork,
  stated: readonly StatedCommit[],
): Promise<ReadonlyMap<string, string>> {
  const wrong = new Map<string, string>();
  for (let first = 0; first < stated.length; first += TOGETHER)
    await Promise.all(
      stated.slice(first, first + TOGETHER).map(async (each) => {
        const why = await checkContent(work, each);
        if (why !== null) wrong.set(each.facts.commit, why);
      }),
    );
  return wrong;
}

/**
 * Did each commit add its ranges?
 *
 * @param shown what a first diff has as added, by commit: whoever finds their ranges in it needs no other.
 * @returns by commit id, the first range that a parent holds already. @throws Fault OBJECTS_MISSING.
 */
export async function checkAdded(
  work: FilesWork,
  stated: readonly StatedCommit[],
  shown: ReadonlyMap<string, AddedLines>,
): Promise<ReadonlyMap<string, string>> {
  let doubtful = stated.filter(
    ({ facts, statement }) => notAdded(statement, [shown.get(facts.commit) ?? NOTHING]) !== null,
  );
  let reasons: ReadonlyMap<string, string> = new Map<string, string>();
  for (const algorithm of ALGORITHMS) {
    if (doubtful.length === 0) break;
    reasons = await findNotAdded(work, doubtful, algorithm);
    doubtful = doubtful.filter(({ facts }) => reasons.has(facts.commit));
  }
  return reasons;
}

async function checkContent(work: FilesWork, each: StatedCommit): Promise<string | null> {
  const { commit } = each.facts;
  for (const file of each.statement.predicate.files) {
    if (file.ranges.length === 0 && file.unrecordedLines === 0) continue;
    const blob = await readBlob(work, commit, file.path);
    if (blob?.oid !== file.blob) return `${file.path} is not the blob that was attested`;
    const why = checkRanges(file, blob.bytes);
    if (why !== null) return why;
  }
  return null;
}

async function readBlob(work: FilesWork, commit: string, path: string): Promise<GitObject | null> {
  const spec = path.includes('\n') ? await findBlobId(work, commit, path) : `${commit}:${path}`;
  const object = spec === null ? null : await work.objects.read(spec);
  return object?.type === 'blob' ? object : null;
}

/** For names with a line feed, which the object reader's protocol cannot ask for. */
async function findBlobId(work: FilesWork, commit: string, path: string): Promise<string | null> {
  const args = ['ls-tree', '--full-tree', '-z', commit, '--', `:(top,literal)${path}`];
  const listed = await runGit(work.repository.caller, args, { okExits: [0, 128] });
  return /^\d+ blob ([0-9a-f]+)\t/.exec(listed.stdout.toString('utf8'))?.[1] ?? null;
}

/** Only what ranges hold becomes text: a commit adds few lines, and the file may have many. */
function checkRanges({ path, ranges }: StatementFile, bytes: Buffer): string | null {
  let [line, at] = [1, 0];
  for (const { startLine, endLine, contentSha256: said } of ranges) {
    const place = `${path}:${startLine}-${endLine}`;
    const start = skipLines(bytes, at, startLine - line);
    const last = start === null ? null : skipLines(bytes, start, endLine - startLine);
    if (start === null || last === null) return `${place} is outside the file`;
    const lineFeed = bytes.indexOf(LF, last);
    const text = bytes.toString('utf8', start, lineFeed < 0 ? bytes.length : lineFeed);
    if (contentSha256([text]) !== said) return `${place} has other content`;
    [line, at] = [endLine, last];
  }
  return null;
}

/** @param at where a line begins. @returns where the line that stands so many further begins; null beyond the last. */
function skipLines(bytes: Buffer, at: number, count: number): number | null {
  let start = at;
  for (let left = count; left > 0; left -= 1) {
    const lineFeed = bytes.indexOf(LF, start);
    if (lineFeed < 0) return null;
    start = lineFeed + 1;
  }
  return start;
}

const LF = 10;

/** @returns by commit id, the first range that a parent holds already. */
async function findNotAdded(
  work: FilesWork,
  stated: readonly StatedCommit[],
  algorithm: DiffAlgorithm,
): Promise<ReadonlyMap<string, string>> {
  const trees = new Map(stated.map(({ facts: { commit, tree } }) => [commit, tree]));
  const pairs = await Promise.all(stated.map(({ facts }) => pairsOf(work, facts, trees)));
  const added = await readAddedLines(work.repository, pairs.flat(), algorithm);
  const found = new Map<string, string>();
  let at = 0;
  for (const [index, { facts, statement }] of stated.entries()) {
    const count = pairs[index]?.length ?? 0;
    const why = notAdded(statement, added.slice(at, at + count));
    at += count;
    if (why !== null) found.set(facts.commit, why);
  }
  return found;
}

/** One pair per parent: a merge's lines are those that no parent has. */
async function pairsOf(
  work: FilesWork,
  facts: CommitFacts,
  trees: ReadonlyMap<string, string>,
): Promise<readonly TreePair[]> {
  const after = facts.tree;
  if (facts.parents.length === 0)
    return [{ before: emptyTree(work.repository.objectFormat), after }];
  return Promise.all(
    facts.parents.map(async (parent) => {
      const known = trees.get(parent);
      if (known !== undefined) return { before: known, after };
      const tree = await work.objects.read(`${parent}^{tree}`);
      if (tree === null)
        throw new Fault('OBJECTS_MISSING', `parent ${parent.slice(0, 12)} is not in this clone`);
      return { before: tree.oid, after };
    }),
  );
}

function notAdded(statement: Statement, perParent: readonly AddedLines[]): string | null {
  for (const file of statement.predicate.files)
    for (const range of file.ranges)
      if (!perParent.every((added) => holds(added.get(file.blob) ?? [], range)))
        return `${file.path}:${range.startLine}-${range.endLine} was not added by this commit`;
  return null;
}

/** Neighbouring added lines are always one hunk, so a range stands in one of them or is not all new. */
const holds = (added: readonly LineRange[], range: StatementRange): boolean =>
  added.some(
    ({ firstLine, lineCount }) =>
      firstLine <= range.startLine && range.endLine < firstLine + lineCount,
  );
