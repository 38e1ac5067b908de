// Everything recorded about some files of a repository, as timelines: what replies wrote, what was seen in between.
import type { AuthorTable } from '../../match/authors.ts';
import { mayWriteSources } from '../../match/command-effects.ts';
import {
  buildTimeline,
  type Fragment,
  type Timeline,
  type TimelineEvent,
} from '../../match/timeline.ts';
import { joinTokenLines, type Tokenizer, type TokenText } from '../../match/tokens.ts';
import type { Emission } from '../../model/edit.ts';
import type { Observation, Store } from '../../store/store.ts';
import { isAi } from '../../match/version.ts';
import { authorOf } from '../record/emission-author.ts';
import { isAbout, spellings } from '../record/emission-path.ts';
import { listLooseFragments } from './loose-fragments.ts';
import { linesOf } from './written-lines.ts';

export interface EvidenceWork {
  readonly store: Store;
  readonly tokenizer: Tokenizer;
  readonly table: AuthorTable;
  /** The common git directory. */
  readonly repository: string;
  /** Its own states come first; null in a bare repository. */
  readonly worktree: string | null;
  /** What the repository held under a path at a time, for files that nobody looked at before they were written. */
  readonly readBase: (path: string, atMs: number) => Promise<TokenText | null>;
  /** What was recorded later does not count. */
  readonly untilMs?: number;
}

export interface EvidenceQuestion {
  readonly paths: readonly string[];
  readonly fingerprints: readonly number[];
}

export interface FileEvidence {
  readonly timelineOf: (path: string) => Timeline | null;
  /** Texts that `path` may have copied: other files' states, snippets, proposals. */
  readonly fragmentsFor: (path: string) => readonly Fragment[];
  /** Lines as models wrote them. */
  readonly emittedLines: ReadonlySet<string>;
}

/** Files besides those asked about whose timelines are rebuilt, the most recently written first. */
const OTHER_PATHS_MAX = 24;

export async function gatherEvidence(
  work: EvidenceWork,
  question: EvidenceQuestion,
): Promise<FileEvidence> {
  const { store, repository, untilMs } = work;
  const until = untilMs === undefined ? {} : { untilMs };
  const found = await store.findEmissions({
    ...until,
    repository,
    paths: spellings(question.paths),
    fingerprints: question.fingerprints,
  });
  const others = otherPaths(found, question.paths);
  const paths = [...question.paths, ...others];
  const more =
    others.length === 0
      ? []
      : await store.findEmissions({ ...until, repository, paths: others, fingerprints: [] });
  const emissions = [
    ...new Map([...found, ...more].map((emission) => [emission.id, emission])).values(),
  ].toSorted((one, other) => one.id - other.id);
  const seen = await store.findObservations(repository, paths);
  const observations = untilMs === undefined ? seen : seen.filter(({ atMs }) => atMs <= untilMs);
  const worktrees = worktreesOf(observations);
  const facts = {
    emissions,
    observations,
    worktrees,
    next: await nextExchanges(store, emissions),
  };
  const { timelineOf, fragmentsFor } = await buildTwice(work, question.paths, {
    ...facts,
    paths,
    listLoose: listLooseFragments(work, emissions, paths),
  });
  return { timelineOf, fragmentsFor, emittedLines: linesOf(emissions) };
}

/**
 * All timelines with the texts that belong to no file, then those asked about once more with the other files' states: a
 * copy that was seen before it was committed can only be told from a person's text once those are known.
 */
async function buildTwice(
  work: EvidenceWork,
  asked: readonly string[],
  facts: Omit<BuildFacts, 'fragments'> & { readonly listLoose: () => readonly Fragment[] },
): Promise<Pick<FileEvidence, 'timelineOf' | 'fragmentsFor'>> {
  const asking = new Set<string>();
  const first = await buildAll(work, {
    ...facts,
    fragments: (path) => {
      asking.add(path);
      return facts.listLoose();
    },
  });
  const elsewhere = await buildElsewhere(work, { ...facts, fragments: facts.listLoose });
  const fragmentsFor = (path: string): readonly Fragment[] => [
    ...fragmentsOf(first, path),
    ...elsewhere,
    ...facts.listLoose(),
  ];
  const second = await buildAll(work, {
    ...facts,
    paths: asked.filter((path) => asking.has(path)),
    fragments: fragmentsFor,
  });
  return { timelineOf: (path) => second.get(path) ?? first.get(path) ?? null, fragmentsFor };
}

/** States of the files in the repository's other worktrees: a diff, a stash, a copy may have brought them here. */
async function buildElsewhere(work: EvidenceWork, facts: BuildFacts): Promise<readonly Fragment[]> {
  if (work.worktree === null) return [];
  const others = new Set(facts.worktrees.values());
  others.delete(work.worktree);
  const fragments: Fragment[] = [];
  for (const worktree of others)
    fragments.push(...fragmentsOf(await buildAll({ ...work, worktree }, facts), null));
  return fragments;
}

interface BuildFacts {
  readonly paths: readonly string[];
  readonly emissions: readonly Emission[];
  readonly observations: readonly Observation[];
  /** Exchange → worktree it was seen in. */
  readonly worktrees: ReadonlyMap<string, string>;
  /** Exchange → the session's next one. */
  readonly next: ReadonlyMap<string, string>;
  readonly fragments: (path: string) => readonly Fragment[];
}

function otherPaths(emissions: readonly Emission[], paths: readonly string[]): readonly string[] {
  const asked = new Set(paths);
  const others = emissions
    .toReversed()
    .map((emission) => emission.path)
    .filter((path) => path !== null && !asked.has(path));
  return [...new Set(others)].filter((path) => path !== null).slice(0, OTHER_PATHS_MAX);
}

const worktreesOf = (observations: readonly Observation[]): Map<string, string> =>
  new Map(observations.map((seen) => [seen.exchange, seen.worktree]));

/** Only sessions that ran commands need their order. */
async function nextExchanges(
  store: Store,
  emissions: readonly Emission[],
): Promise<Map<string, string>> {
  const next = new Map<string, string>();
  const sessions = new Set(
    emissions.filter((one) => one.edit.kind === 'command').map((one) => one.session),
  );
  for (const session of sessions) {
    const exchanges = await store.listExchanges(session);
    const rising = exchanges.toSorted((one, other) => one.startedAtMs - other.startedAtMs);
    rising.forEach((exchange, at) => {
      const following = rising[at + 1];
      if (following !== undefined) next.set(exchange.id, following.id);
    });
  }
  return next;
}

async function buildAll(work: EvidenceWork, facts: BuildFacts): Promise<Map<string, Timeline>> {
  const timelines = new Map<string, Timeline>();
  for (const path of facts.paths) {
    const timeline = await buildOne(work, facts, path);
    if (timeline !== null) timelines.set(path, timeline);
  }
  return timelines;
}

async function buildOne(
  work: EvidenceWork,
  facts: BuildFacts,
  path: string,
): Promise<Timeline | null> {
  const events = eventsOf(work, facts, path);
  const [first] = events;
  if (first === undefined || events.every((event) => event.kind === 'ran')) return null;
  const base = await work.readBase(path, first.atMs);
  return buildTimeline({
    tokenizer: work.tokenizer,
    base,
    events,
    listFragments: () => facts.fragments(path),
  });
}

function eventsOf(work: EvidenceWork, facts: BuildFacts, path: string): TimelineEvent[] {
  const isHere = (worktree: string | undefined): boolean =>
    worktree === undefined || work.worktree === null || worktree === work.worktree;
  const wrote = facts.emissions
    .filter((one) => isHere(facts.worktrees.get(one.exchange)))
    .map((one) => eventOf(work, facts, { emission: one, path }))
    .filter((event) => event !== null);
  const seen = facts.observations
    .filter((one) => one.path === path && isHere(one.worktree))
    .map((one) => ({
      kind: 'seen' as const,
      atMs: one.atMs,
      exchange: one.exchange,
      text: joinTokenLines(one.lines),
    }));
  return [...wrote, ...seen].toSorted((one, other) => one.atMs - other.atMs);
}

function eventOf(
  work: EvidenceWork,
  facts: BuildFacts,
  { emission, path }: { readonly emission: Emission; readonly path: string },
): TimelineEvent | null {
  const { atMs, exchange, edit, outcome } = emission;
  if (edit.kind === 'command') {
    if (!mayWriteSources(edit.command)) return null;
    const author = authorOf(work.table, emission, 'observed');
    return { kind: 'ran', atMs, exchange, nextExchange: facts.next.get(exchange) ?? null, author };
  }
  if (!isAbout(emission, path)) return null;
  return {
    kind: 'wrote',
    atMs,
    exchange,
    edit,
    outcome,
    author: authorOf(work.table, emission, 'exact'),
  };
}

/** Other files' states that hold anything of an AI's. */
function fragmentsOf(timelines: ReadonlyMap<string, Timeline>, except: string | null): Fragment[] {
  const fragments: Fragment[] = [];
  for (const [path, timeline] of timelines) {
    if (path === except) continue;
    fragments.push(
      ...[timeline.current, ...timeline.past].filter((one) => one.version.authors.some(isAi)),
    );
  }
  return fragments;
}
