// The lines that a change brings to the newest version of each file, in runs of one origin: git says which commit a line
// is of, that commit's note says the rest.
import { parsePorcelain, type BlamedLine } from '../../git/blame.ts';
import { atTop } from '../../git/commit-diff.ts';
import type { Repository } from '../../git/open-repository.ts';
import { emptyTree } from '../../git/added-lines.ts';
import { runGit } from '../../git/run-git.ts';
import type { ChangedFileReport, LineRun } from '../../model/change-report.ts';
import type { LineOrigin } from '../../model/origin.ts';
import type { Statement } from '../../model/statement.ts';
import { openOrigins, type OriginReader } from '../attribute/commit-notes.ts';
import type { VerifyTarget } from './verify-target.ts';

export interface LinesWork {
  readonly repository: Repository;
  readonly statements: ReadonlyMap<string, Statement>;
}

/** Processes of git at a time. */
const TOGETHER = 4;

/** @returns files in git's order, those without new lines left out. */
export async function reportLines(
  work: LinesWork,
  target: VerifyTarget,
): Promise<readonly ChangedFileReport[]> {
  const [tip] = target.commits;
  if (tip === undefined) return [];
  const paths = await listTextFiles(work.repository, target.base, tip);
  const own = new Set(target.commits);
  const readers = new Map(
    [...work.statements].map(([commit, note]) => [commit, openOrigins(note)]),
  );
  const reports: ChangedFileReport[] = [];
  for (let first = 0; first < paths.length; first += TOGETHER)
    reports.push(
      ...(await Promise.all(
        paths.slice(first, first + TOGETHER).map(async (path) => {
          const lines = await blame(work.repository, { base: target.base, tip, path });
          const added = lines.filter(({ commit }) => own.has(commit));
          return { path, runs: joinRuns(added.map((line) => runOf(line, readers))) };
        }),
      )),
    );
  return reports.filter(({ runs }) => runs.length > 0);
}

async function listTextFiles(
  repository: Repository,
  base: string | null,
  tip: string,
): Promise<readonly string[]> {
  const before = base ?? emptyTree(repository.objectFormat);
  const words = ['--numstat', '-z', '--no-renames', '--no-ext-diff', '--no-textconv'] as const;
  const args = ['diff-tree', '-r', '--no-relative', ...words, before, tip];
  const listed = (await runGit(repository.caller, args)).stdout.toString('utf8');
  // added lines, removed lines, name; binary files have `-`
  return listed.split('\0').flatMap((entry) => /^[1-9]\d*\t\d+\t([^]+)$/.exec(entry)?.[1] ?? []);
}

async function blame(
  repository: Repository,
  {
    base,
    tip,
    path,
  }: { readonly base: string | null; readonly tip: string; readonly path: string },
): Promise<readonly BlamedLine[]> {
  const range = base === null ? tip : `${base}..${tip}`;
  // whoever runs this may have a list of commits that blame shall skip
  const words = ['-c', 'blame.ignoreRevsFile=', 'blame', '--line-porcelain', range, '--', path];
  return parsePorcelain((await runGit(atTop(repository), words)).stdout);
}

function runOf(line: BlamedLine, readers: ReadonlyMap<string, OriginReader>): LineRun {
  const origin = readers.get(line.commit)?.(line.path, line.originalLine) ?? null;
  const place = { startLine: line.line, endLine: line.line };
  return origin === null
    ? { ...place, origin: 'unknown', agent: null, model: null, evidence: null }
    : { ...place, ...describe(origin) };
}

function describe(origin: LineOrigin): Omit<LineRun, 'startLine' | 'endLine'> {
  if (origin.kind === 'unrecorded')
    return { origin: 'unrecorded', agent: null, model: null, evidence: null };
  const { agent, model } = origin.source;
  return { origin: origin.kind, agent, model, evidence: origin.evidence };
}

function joinRuns(lines: readonly LineRun[]): readonly LineRun[] {
  const runs: LineRun[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last !== undefined && last.endLine + 1 === line.startLine && isAlike(last, line))
      runs[runs.length - 1] = { ...last, endLine: line.endLine };
    else runs.push(line);
  }
  return runs;
}

const isAlike = (one: LineRun, other: LineRun): boolean =>
  one.origin === other.origin &&
  one.agent === other.agent &&
  one.model === other.model &&
  one.evidence === other.evidence;
