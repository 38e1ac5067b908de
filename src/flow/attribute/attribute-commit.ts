// Where the lines that a commit added came from: a function of the commit, its parents and their notes, and what was
// recorded. The working tree's own lines are judged the same way.
import type { Objects } from '../../git/objects.ts';
import type { Repository } from '../../git/open-repository.ts';
import { readCommit, type CommitFacts } from '../../git/read-commit.ts';
import { attributeText, type NotedVersion } from '../../match/attribute-text.ts';
import { openAuthorTable, type AuthorTable } from '../../match/authors.ts';
import { howExplained } from '../../match/explained.ts';
import { fingerprintTokens } from '../../match/fingerprints.ts';
import { openTokenizer, splitLines, type Tokenizer } from '../../match/tokens.ts';
import { Fault } from '../../model/fault.ts';
import { once } from '../../model/once.ts';
import type { AddedLine, AttributedFile } from '../../model/origin.ts';
import type { Store } from '../../store/store.ts';
import { listAddedLines, type AddedFile } from './added-lines.ts';
import type { FragmentsFor } from './build-timelines.ts';
import { gatherEvidence, type FileEvidence, type MoreEvidence } from './file-evidence.ts';
import { readNotedFiles } from './noted-files.ts';
import { makeNotedVersion } from './noted-versions.ts';
import { unended } from './written-lines.ts';

export interface AttributionWork {
  readonly repository: Repository;
  readonly objects: Objects;
  /** null where the recordings cannot be read: notes are all there is. */
  readonly store: Store | null;
  /** The store's key; any 32 bytes without a store. */
  readonly key: Uint8Array;
  /** What was recorded later does not count. */
  readonly untilMs?: number;
}

export interface AttributionOptions {
  /** Commits that this one was made from: a rebase's, an amend's, a squash's. Their notes count. */
  readonly rewrittenFrom?: readonly string[];
}

/**
 * Every file that the commit changed, with every line that none of its parents has.
 *
 * @param commit full id.
 * @throws Fault NO_SUCH_REVISION, OBJECTS_MISSING, GIT_FAILED, and what the store throws.
 */
export async function attributeCommit(
  work: AttributionWork,
  commit: string,
  options: AttributionOptions = {},
): Promise<readonly AttributedFile[]> {
  const facts = await readCommit(work.objects, commit);
  if (facts === null) throw new Fault('NO_SUCH_REVISION', `${commit} is not a commit here`);
  const files = await listAddedLines(work, facts);
  const sources = [...(options.rewrittenFrom ?? []), ...facts.mentions];
  return attributeFiles(work, files, { parents: facts.parents, sources });
}

export interface Ancestry {
  readonly parents: CommitFacts['parents'];
  /** Commits whose notes may speak of the same lines. */
  readonly sources: readonly string[];
}

export async function attributeFiles(
  work: AttributionWork,
  files: readonly AddedFile[],
  ancestry: Ancestry,
): Promise<readonly AttributedFile[]> {
  const tokenizer = openTokenizer(work.key);
  const table = openAuthorTable();
  const evidence = await readEvidence(work, { files, ancestry, tokenizer, table });
  const asked = pickUnexplained(files, evidence, tokenizer);
  const noted = await readNotedFiles(work, asked, ancestry.sources);
  const versions = new Map(
    [...noted].map(([path, found]) => [
      path,
      found.map((one) => makeNotedVersion({ tokenizer, table }, one)),
    ]),
  );
  const known = { tokenizer, table, evidence, versions };
  const attributed: AttributedFile[] = [];
  for (const file of files.filter(({ isGone }) => !isGone)) {
    const { path, blob, added } = file;
    attributed.push({ path, blob, added: added.size === 0 ? [] : await attribute(known, file) });
  }
  return attributed;
}

const NO_MORE: MoreEvidence = { fragmentsFor: () => [], emittedLines: new Set() };

/** Other files' records are read only for a text that they may explain. */
async function attribute(known: Known, file: AddedFile): Promise<readonly AddedLine[]> {
  return (
    attributeFile(known, file, null) ??
    attributeFile(known, file, (await known.evidence?.readMore()) ?? NO_MORE) ??
    []
  );
}

/** Files of which notes may say more than the recordings. What one file lost, another's open line may have got. */
function pickUnexplained(
  files: readonly AddedFile[],
  evidence: FileEvidence | null,
  tokenizer: Tokenizer,
): readonly AddedFile[] {
  const explained = files.map((file) =>
    howExplained(file, evidence?.timelineOf(file.path) ?? null, tokenizer),
  );
  return explained.includes('none') ? files : files.filter((_, at) => explained[at] === 'edges');
}

interface Setting {
  readonly tokenizer: Tokenizer;
  readonly table: AuthorTable;
  readonly ancestry: Ancestry;
}

/** Texts with more lines than this are looked up by a part of their fingerprints. */
const FINGERPRINTS_MAX = 4000;

async function readEvidence(
  work: AttributionWork,
  setting: Setting & { readonly files: readonly AddedFile[] },
): Promise<FileEvidence | null> {
  const { files, tokenizer } = setting;
  const { store, repository, objects } = work;
  if (store === null || files.every((file) => file.added.size === 0)) return null;
  const fingerprints = new Set<number>();
  const lines = new Set<string>();
  for (const file of files) {
    const all = splitLines(file.text);
    for (const line of all) lines.add(unended(line));
    const added = all.filter((_line, at) => file.added.has(at + 1));
    for (const print of fingerprintTokens(tokenizer.tokenize(added.join('\n'))))
      fingerprints.add(print);
  }
  const [parent] = setting.ancestry.parents;
  const readParent = once(async () => (parent === undefined ? null : readCommit(objects, parent)));
  return gatherEvidence(
    {
      ...setting,
      store,
      ...(work.untilMs === undefined ? {} : { untilMs: work.untilMs }),
      repository: repository.commonDir,
      worktree: repository.worktree,
      readBase: async (path, atMs) => {
        const found = parent === undefined ? null : await objects.read(`${parent}:${path}`);
        const facts = await readParent();
        return found === null || facts === null || facts.committedAtMs > atMs
          ? null
          : tokenizer.tokenize(found.bytes.toString('utf8'));
      },
    },
    {
      paths: [...new Set(files.flatMap((file) => [file.path, ...file.oldPaths]))],
      fingerprints: [...fingerprints].slice(0, FINGERPRINTS_MAX),
      lines,
    },
  );
}

interface Known extends Pick<Setting, 'tokenizer' | 'table'> {
  readonly evidence: FileEvidence | null;
  /** Path → versions that notes vouch for. */
  readonly versions: ReadonlyMap<string, readonly NotedVersion[]>;
}

/** @returns null where `more` is null and matters. */
function attributeFile(
  work: Known,
  file: AddedFile,
  more: MoreEvidence | null,
): readonly AddedLine[] | null {
  const { evidence, versions } = work;
  const isFirst = more === null && evidence !== null;
  let isMissing = false;
  const listFragments: FragmentsFor = (path) => {
    isMissing ||= isFirst;
    return more?.fragmentsFor(path) ?? [];
  };
  const isEmitted = (line: string): boolean => {
    if (evidence?.emittedLines.has(line) === true) return true;
    isMissing ||= isFirst;
    return more?.emittedLines.has(line) === true;
  };
  const timelines = [file.path, ...file.oldPaths]
    .map((path) => evidence?.timelineOf(path) ?? null)
    .filter((timeline) => timeline !== null);
  // code that went from one file to another in this very commit
  const moved = [...versions]
    .filter(([path]) => path !== file.path)
    .flatMap(([, found]) => found)
    .map(({ told }) => ({ version: told, atMs: 0, exchange: null, isRejected: false }));
  const origins = attributeText(file, {
    tokenizer: work.tokenizer,
    table: work.table,
    timelines,
    noted: versions.get(file.path) ?? [],
    listFragments: () => [...moved, ...listFragments(file.path)],
    isEmitted,
  });
  if (isMissing) return null;
  return splitLines(file.text)
    .map((text, at) => ({
      line: at + 1,
      text,
      origin: origins[at] ?? { kind: 'unrecorded' as const },
    }))
    .filter(({ line }) => file.added.has(line));
}
