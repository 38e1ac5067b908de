// aitrail report: everything of a stretch of time, from recordings, the log, approvals and the notes of commits.
import { atTop } from '../../git/commit-diff.ts';
import { openObjects } from '../../git/objects.ts';
import { findRepository, type Repository } from '../../git/open-repository.ts';
import { runGit } from '../../git/run-git.ts';
import type { Approval } from '../../model/approval.ts';
import type { Caller } from '../../model/caller.ts';
import { type EventRecord, happenedAs } from '../../model/event.ts';
import { isFault } from '../../model/fault.ts';
import { objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { LoggedDecision, MaskCount, Report, ReportedCommit } from '../../model/report.ts';
import type { Exchange } from '../../model/session.ts';
import { countLines, type Statement } from '../../model/statement.ts';
import type { LogEntry, Store } from '../../store/store.ts';
import { listApprovals } from '../approve/list-approvals.ts';
import { readStatements } from '../attribute/commit-notes.ts';
import { checkLog } from '../log/check-log.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { readStore } from '../show/read-store.ts';

/** Milliseconds since the epoch; both ends count. */
export interface Period {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** @param onStep is told what is read next. @throws Fault STORE_UNREADABLE, CONFIG_*, GIT_FAILED. */
export async function gatherReport(
  caller: Caller,
  period: Period,
  onStep: (what: string) => void = () => undefined,
): Promise<Report> {
  const repository = await findRepository(caller);
  const policy = await loadPolicy(caller, repository);
  onStep('recordings');
  const recorded = await readStore(caller, (store) => readRecorded(store, period));
  onStep('approvals and commits');
  const { digest, files, mode, retentionDays } = policy;
  const approvals = repository === null ? null : await readApprovals(caller, period);
  const commits = repository === null ? null : await readCommits(repository, period);
  onStep('all of the log');
  return {
    ...period,
    madeAtMs: Date.now(),
    ...recorded,
    approvals,
    commits,
    repository: repository?.worktree ?? repository?.gitDir ?? null,
    log: await readLog(caller),
    policy: { digest, files, mode, retentionDays },
  };
}

const ALL = Number.MAX_SAFE_INTEGER;

async function readRecorded(
  store: Store,
  period: Period,
): Promise<Pick<Report, 'sessions' | 'decisions' | 'events' | 'masks'>> {
  const { sinceMs, untilMs } = period;
  const sessions = await store.listSessions({ ...period, limit: ALL });
  const listed = await store.listEvents({ sinceMs, limit: ALL });
  const events = listed.filter(({ atMs }) => atMs <= untilMs);
  const ruled = events.filter((event) => happenedAs(event) === 'ruled');
  const decisions = [...(await readDecisions(store, period)), ...ruled.map(rulingOf)];
  const masked = await store.searchExchanges(
    { terms: [], filters: [{ key: 'masked', value: '*', isNot: false }], ...period },
    ALL,
  );
  return {
    sessions,
    decisions: decisions.toSorted((a, b) => b.logIndex - a.logIndex),
    events: events.filter((event) => happenedAs(event) !== 'ruled'),
    masks: countMasks(masked),
  };
}

const wordOf = ({ detail }: EventRecord, name: string): string => {
  const value = detail[name];
  return typeof value === 'string' ? value : '';
};

/** Of a rule in the stream. */
const rulingOf = (event: EventRecord): LoggedDecision => ({
  at: new Date(event.atMs).toISOString(),
  effect: wordOf(event, 'effect'),
  what: ['on', 'rule', 'tool', 'exchange']
    .map((name) => wordOf(event, name))
    .filter(Boolean)
    .join(' '),
  logIndex: event.logIndex,
  policy: wordOf(event, 'policy') || null,
});

const TOGETHER = 2000;
/** `blocked tool-call x…`; events that have a record of their own are named by its id alone. */
const DECISION = /^([a-z]+) (\S.*)$/s;

async function readDecisions(
  store: Store,
  { sinceMs, untilMs }: Period,
): Promise<readonly LoggedDecision[]> {
  const found: LoggedDecision[] = [];
  const size = await store.logSize();
  for (let first = 0; first < size; first += TOGETHER)
    for (const entry of await store.readLog(first, TOGETHER)) {
      const decision = decisionOf(entry);
      const atMs = Date.parse(decision?.at ?? '');
      if (decision !== null && atMs >= sinceMs && atMs <= untilMs) found.push(decision);
    }
  return found;
}

function decisionOf({ index, data }: LogEntry): LoggedDecision | null {
  const text = Buffer.from(data).toString('utf8');
  if (!text.includes('"kind":"event"')) return null; // most leaves are of exchanges
  const leaf = parseJson(text);
  const [, effect, what = ''] = DECISION.exec(stringAt(leaf, 'id') ?? '') ?? [];
  if (effect === undefined) return null;
  const policy = stringAt(objectAt(leaf, 'digests'), 'policy');
  return { at: stringAt(leaf, 'at') ?? '', effect, what, logIndex: index, policy };
}

/** One rule's masks in one exchange. */
interface MaskSight {
  readonly rule: string;
  readonly placeholders: readonly string[];
  readonly isForwarded: boolean;
  readonly atMs: number;
}

const sightsIn = ({ masks, startedAtMs }: Exchange): readonly MaskSight[] =>
  [...new Set(masks.map(({ rule }) => rule))].map((rule) => {
    const own = masks.filter((mask) => mask.rule === rule);
    return {
      rule,
      placeholders: own.map(({ placeholder }) => placeholder),
      isForwarded: own.some(({ isForwarded }) => isForwarded),
      atMs: startedAtMs,
    };
  });

function countMasks(exchanges: readonly Exchange[]): readonly MaskCount[] {
  const byRule = new Map<string, MaskSight[]>();
  for (const sight of exchanges.flatMap(sightsIn)) {
    const known = byRule.get(sight.rule) ?? [];
    known.push(sight);
    byRule.set(sight.rule, known);
  }
  return [...byRule]
    .map(([rule, sights]) => ({
      rule,
      exchanges: sights.length,
      values: new Set(sights.flatMap(({ placeholders }) => placeholders)).size,
      forwarded: sights.filter(({ isForwarded }) => isForwarded).length,
      firstAtMs: sights.reduce((least, { atMs }) => Math.min(least, atMs), Infinity),
      lastAtMs: sights.reduce((most, { atMs }) => Math.max(most, atMs), 0),
    }))
    .toSorted((a, b) => b.exchanges - a.exchanges);
}

async function readApprovals(caller: Caller, period: Period): Promise<readonly Approval[] | null> {
  try {
    const { approvals } = await listApprovals(caller);
    return approvals.filter(
      ({ request }) =>
        request.createdAtMs >= period.sinceMs && request.createdAtMs <= period.untilMs,
    );
  } catch (thrown) {
    if (isFault(thrown)) return null; // the report says that they could not be read
    throw thrown;
  }
}

async function readLog(caller: Caller): Promise<Report['log']> {
  try {
    return await checkLog(caller);
  } catch (thrown) {
    if (isFault(thrown)) return { fault: `${thrown.message} (${thrown.code})` };
    throw thrown;
  }
}

/** Commits that HEAD leads to, by when they were committed. */
async function readCommits(
  repository: Repository,
  { sinceMs, untilMs }: Period,
): Promise<readonly ReportedCommit[]> {
  const format = '--format=%H%x00%ct%x00%an <%ae>%x00%s';
  const answer = await runGit(atTop(repository), ['log', '-z', format, 'HEAD'], {
    okExits: [0, 128],
  });
  if (answer.exit !== 0) return []; // no commit yet
  const fields = answer.stdout.toString('utf8').split('\0');
  const commits = Array.from({ length: Math.floor(fields.length / 4) }, (_, at) => {
    const [commit = '', seconds, author = '', subject = ''] = fields.slice(at * 4, at * 4 + 4);
    return { commit, atMs: Number(seconds) * 1000, author, subject };
  }).filter(({ atMs }) => atMs >= sinceMs && atMs <= untilMs);
  const objects = openObjects(repository.caller);
  try {
    const ids = commits.map(({ commit }) => commit);
    const notes = await readStatements({ repository, objects }, ids);
    return commits.map((commit) => ({ ...commit, ...saidOf(notes.get(commit.commit)) }));
  } finally {
    objects.close();
  }
}

function saidOf(statement: Statement | undefined): Pick<ReportedCommit, 'lines' | 'policy'> {
  if (statement === undefined) return { lines: null, policy: null };
  const { files, policy } = statement.predicate;
  const sum = (count: (file: (typeof files)[number]) => number): number =>
    files.reduce((total, file) => total + count(file), 0);
  return {
    lines: {
      ai: sum(({ ranges }) => countLines(ranges, 'ai')),
      mixed: sum(({ ranges }) => countLines(ranges, 'mixed')),
      unrecorded: sum(({ unrecordedLines }) => unrecordedLines),
    },
    policy: policy.sha256,
  };
}
