// Everything recorded about some files of a repository, as timelines: what replies wrote, what was seen in between.
import type { Fragment, Timeline } from '../../match/timeline.ts';
import { isAi } from '../../match/version.ts';
import type { Emission } from '../../model/edit.ts';
import { once } from '../../model/once.ts';
import type { Observation, Store } from '../../store/store.ts';
import { COMMAND_MS_MAX } from '../observe/shell-windows.ts';
import { spellings } from '../record/emission-path.ts';
import {
  buildTimelines,
  type BuildFacts,
  type EvidenceWork,
  type Facts,
  type FragmentsFor,
  indexByPath,
} from './build-timelines.ts';
import { listLooseFragments } from './loose-fragments.ts';
import { openToldReader, type ToldReader } from './told-texts.ts';
import { linesOf } from './written-lines.ts';

export interface EvidenceQuestion {
  readonly paths: readonly string[];
  readonly fingerprints: readonly number[];
  /** Lines without their endings, of which it matters whether a model wrote them just so. */
  readonly lines: ReadonlySet<string>;
}

export interface FileEvidence {
  readonly timelineOf: (path: string) => Timeline | null;
  /** Of the lines asked about those that models wrote just so, as far as nothing but the files asked about was read. */
  readonly emittedLines: ReadonlySet<string>;
  /** What is recorded of other files, and their states: most commits can do without. */
  readonly readMore: () => Promise<MoreEvidence>;
}

export interface MoreEvidence {
  readonly fragmentsFor: FragmentsFor;
  /** Of the lines asked about those that models wrote just so, wherever. */
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
  const seen = await store.findObservations(repository, [...question.paths, ...others]);
  const observations = untilMs === undefined ? seen : seen.filter(({ atMs }) => atMs <= untilMs);
  const facts = {
    observations,
    worktrees: worktreesOf(observations),
    next: await nextExchanges(store, found), // commands are of no path: there are no more of them
  };
  const readAll = once(async () => {
    const query = { ...until, repository, paths: others, fingerprints: [] };
    const more = others.length === 0 ? [] : await store.findEmissions(query);
    return [
      ...new Map([...found, ...more].map((emission) => [emission.id, emission])).values(),
    ].toSorted((one, other) => one.id - other.id);
  });
  const built = await buildTwice(work, facts, { asked: question.paths, others, found, readAll });
  return {
    timelineOf: built.timelineOf,
    emittedLines: linesOf(found, question.lines),
    readMore: once(async () => ({
      fragmentsFor: await built.readFragments(),
      emittedLines: linesOf(await readAll(), question.lines),
    })),
  };
}

interface Question {
  readonly asked: readonly string[];
  /** Files besides. */
  readonly others: readonly string[];
  /** What may be of the files asked about, rising by id. */
  readonly found: readonly Emission[];
  /** With those on the other files: there may be thousands on one. */
  readonly readAll: () => Promise<readonly Emission[]>;
}

interface Built {
  readonly timelineOf: (path: string) => Timeline | null;
  readonly readFragments: () => Promise<FragmentsFor>;
}

/**
 * The timelines asked about with the texts that belong to no file, then those to which that mattered once more with the
 * other files' states: a copy that was seen before it was committed can only be told from a person's text once those are
 * known.
 */
async function buildTwice(
  work: EvidenceWork,
  facts: Omit<Facts, 'aboutPath'>,
  { asked, others, found, readAll }: Question,
): Promise<Built> {
  const asking = new Set<string>();
  const paths = [...asked, ...others];
  const loose = looseOf(work, found, paths);
  const first = await buildTimelines(work, {
    ...facts,
    aboutPath: indexByPath(found),
    paths: asked,
    fragments: (path) => {
      asking.add(path);
      return loose.fragments();
    },
    told: (emission, path) => {
      const told = loose.told(emission);
      if (told !== null) asking.add(path);
      return told;
    },
  });
  const readFragments = once(async (): Promise<FragmentsFor> => {
    const emissions = await readAll();
    const all = { ...facts, ...looseOf(work, emissions, paths), aboutPath: indexByPath(emissions) };
    const more = await buildTimelines(work, { ...all, paths: others });
    const elsewhere = await buildElsewhere(work, { ...all, paths });
    const timelines = new Map([...first, ...more]);
    return (path) => [...fragmentsOf(timelines, path), ...elsewhere, ...all.fragments()];
  });
  if (asking.size === 0) return { timelineOf: (path) => first.get(path) ?? null, readFragments };
  const fragments = await readFragments();
  const second = await buildTimelines(work, {
    ...facts,
    aboutPath: indexByPath(found),
    paths: asked.filter((path) => asking.has(path)),
    fragments,
    told: openToldReader(work.tokenizer, found, () => fragments(null)),
  });
  return { timelineOf: (path) => second.get(path) ?? first.get(path) ?? null, readFragments };
}

/** What belongs to no file. */
function looseOf(
  work: EvidenceWork,
  emissions: readonly Emission[],
  paths: readonly string[],
): { readonly told: ToldReader; readonly fragments: () => readonly Fragment[] } {
  const told = openToldReader(work.tokenizer, emissions, () => fragments());
  const fragments = listLooseFragments(work, { emissions, paths }, told);
  return { told, fragments };
}

/** States of the files in the repository's other worktrees: a diff, a stash, a copy may have brought them here. */
async function buildElsewhere(work: EvidenceWork, facts: BuildFacts): Promise<readonly Fragment[]> {
  if (work.worktree === null) return [];
  const others = new Set(facts.worktrees.values());
  others.delete(work.worktree);
  const fragments: Fragment[] = [];
  for (const worktree of others)
    fragments.push(...fragmentsOf(await buildTimelines({ ...work, worktree }, facts), null));
  return fragments;
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
      const endedAtMs = exchange.endedAtMs ?? exchange.startedAtMs;
      // a conversation taken up again later does not tell what a command of before did
      if (following !== undefined && following.startedAtMs <= endedAtMs + COMMAND_MS_MAX)
        next.set(exchange.id, following.id);
    });
  }
  return next;
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
