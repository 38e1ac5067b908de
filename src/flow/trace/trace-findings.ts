// aitrail trace: a scanner says where something is wrong, git and the notes say who wrote those lines, recordings say
// after which words.
import { parsePorcelain, type BlamedLine } from '../../git/blame.ts';
import { atTop } from '../../git/commit-diff.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import { openRepository, type Repository } from '../../git/open-repository.ts';
import { runGit } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { LineOrigin } from '../../model/origin.ts';
import type { Statement } from '../../model/statement.ts';
import type { FoundPlace, Trace, TracedLines, TracedPlace } from '../../model/trace.ts';
import type { Store } from '../../store/store.ts';
import {
  openNoted,
  readBlamedOrigins,
  type BlamedOrigin,
  type Noted,
} from '../attribute/blame-origins.ts';
import { readStatements } from '../attribute/commit-notes.ts';
import { readStore } from '../show/read-store.ts';
import { readPrompt } from '../show/show-line.ts';
import { readSarif, type SarifRun } from './read-sarif.ts';

export interface TraceQuery {
  /** For messages. */
  readonly name: string;
  readonly text: string;
  /** The revision that was scanned, where the document does not say it; null: the files as they are. */
  readonly revision: string | null;
}

interface TraceWork {
  readonly repository: Repository;
  readonly noted: Noted;
  readonly store: Store;
  readonly head: string | null;
}

/** @throws Fault NOT_A_REPOSITORY, IMPORT_UNREADABLE, NO_SUCH_REVISION, STORE_UNREADABLE. */
export async function traceFindings(caller: Caller, query: TraceQuery): Promise<Trace> {
  const repository = await openRepository(caller);
  const sarif = readSarif(query.name, query.text, repository.worktree ?? repository.gitDir);
  const objects = openObjects(caller);
  try {
    const head = (await objects.read('HEAD^{commit}'))?.oid ?? null;
    const noted = await openNoted({ repository, objects }, head);
    return await readStore(caller, async (store) => {
      const places: TracedPlace[] = [];
      for (const run of sarif.runs) {
        const revision = await pickRevision(
          { repository, objects },
          query.revision ?? run.revision,
        );
        places.push(...(await traceRun({ repository, noted, store, head }, run, revision)));
      }
      return { document: sarif.document, places };
    });
  } finally {
    objects.close();
  }
}

/** @returns a full id; null for the files as they are. */
async function pickRevision(
  { repository, objects }: { readonly repository: Repository; readonly objects: Objects },
  asked: string | null,
): Promise<string | null> {
  if (asked === null) return repository.worktree === null ? 'HEAD' : null;
  const found = /[\s\0]|^-/.test(asked) ? null : await objects.read(`${asked}^{commit}`);
  if (found !== null) return found.oid;
  throw new Fault('NO_SUCH_REVISION', `${asked}, which was scanned, is not in this repository`, {
    fix: 'fetch it, or name the revision that was scanned: aitrail trace --at REVISION',
  });
}

async function traceRun(
  work: TraceWork,
  { places }: SarifRun,
  revision: string | null,
): Promise<readonly TracedPlace[]> {
  const files = new Map<string, FileLines>();
  for (const { path, region } of places)
    if (path !== null && region !== null && !files.has(path))
      files.set(path, await readFileLines(work, path, revision));
  const prompts = new Map<string, Promise<string | null>>();
  const traced: TracedPlace[] = [];
  for (const place of places)
    traced.push({ ...place, lines: await linesOf({ work, files, prompts }, place) });
  return traced;
}

interface FileLines {
  readonly lines: readonly BlamedLine[];
  readonly origins: readonly BlamedOrigin[];
  /** By commit. */
  readonly statements: ReadonlyMap<string, Statement>;
}

const NO_LINES: FileLines = { lines: [], origins: [], statements: new Map() };

/** Nothing where the revision has no such file: a scanner also looks at what git does not keep. */
async function readFileLines(
  { repository, noted, head }: TraceWork,
  path: string,
  revision: string | null,
): Promise<FileLines> {
  // whoever runs this may have a list of commits that blame shall skip
  const words = ['-c', 'blame.ignoreRevsFile=', 'blame', '--porcelain'];
  const asked = revision === null ? [] : [revision];
  const answer = await runGit(atTop(repository), [...words, ...asked, '--', path], {
    okExits: [0, 128],
  });
  if (answer.exit !== 0) return NO_LINES;
  const lines = parsePorcelain(answer.stdout);
  const origins = await readBlamedOrigins(noted, lines, head);
  const statements = await readStatements(noted, [...new Set(lines.map(({ commit }) => commit))]);
  return { lines, origins, statements };
}

interface RunWork {
  readonly work: TraceWork;
  readonly files: ReadonlyMap<string, FileLines>;
  /** By exchange. */
  readonly prompts: Map<string, Promise<string | null>>;
}

async function linesOf(
  { work, files, prompts }: RunWork,
  { path, region }: FoundPlace,
): Promise<readonly TracedLines[]> {
  const file = path === null ? undefined : files.get(path);
  if (path === null || region === null || file === undefined) return [];
  const runs: TracedLines[] = [];
  for (const [at, line] of file.lines.entries()) {
    if (line.line < region.startLine || line.line > region.endLine) continue;
    const said = describe(line, file.origins[at], file.statements.get(line.commit));
    const run = { ...said, path, startLine: line.line, endLine: line.line };
    const last = runs.at(-1);
    if (last !== undefined && isAlike(last, run))
      runs[runs.length - 1] = { ...last, endLine: line.line };
    else runs.push({ ...run, prompt: await promptOf(work.store, run.exchange, prompts) });
  }
  return runs;
}

type Said = Omit<TracedLines, 'path' | 'startLine' | 'endLine' | 'prompt'>;

function describe(
  line: BlamedLine,
  blamed: BlamedOrigin | undefined,
  statement: Statement | undefined,
): Said {
  const origin = blamed?.origin ?? null;
  return {
    commit: line.commit,
    author: `${line.author} <${line.mail}>`,
    origin: origin?.kind ?? 'unknown',
    ...sourceOf(origin),
    signed: blamed?.isSigned ?? false,
    approvers: approversOf(statement, line.path),
  };
}

const NOBODY = { agent: null, model: null, session: null, exchange: null, evidence: null } as const;

const sourceOf = (origin: LineOrigin | null): Pick<Said, keyof typeof NOBODY> =>
  origin === null || origin.kind === 'unrecorded'
    ? NOBODY
    : { ...origin.source, evidence: origin.evidence };

/** Of a commit's own files what was approved is known; leave for a call, prompt or request is for all that came of it. */
const approversOf = (statement: Statement | undefined, path: string): readonly string[] => [
  ...new Set(
    (statement?.predicate.approvals ?? [])
      .filter(
        ({ kind, changes }) => kind !== 'commit' || changes.some((each) => each.path === path),
      )
      .map(({ approver }) => approver),
  ),
];

const isAlike = (one: TracedLines, other: Omit<TracedLines, 'prompt'>): boolean =>
  one.commit === other.commit &&
  one.origin === other.origin &&
  one.exchange === other.exchange &&
  one.evidence === other.evidence;

function promptOf(
  store: Store,
  id: string | null,
  known: Map<string, Promise<string | null>>,
): Promise<string | null> {
  if (id === null) return Promise.resolve(null);
  const reading =
    known.get(id) ??
    store.findExchange(id).then((found) => (found === null ? null : readPrompt(store, found)));
  known.set(id, reading);
  return reading;
}
