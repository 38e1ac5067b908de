// What was recorded of files, in the order in which it happened, made into a timeline each.
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
import { authorOf } from '../record/emission-author.ts';
import { isAbout } from '../record/emission-path.ts';
import type { ToldReader } from './told-texts.ts';

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

/** Texts that `path` may have copied: other files' states, snippets, proposals; null: all of them. */
export type FragmentsFor = (path: string | null) => readonly Fragment[];

/** What was recorded, as far as some files may need it. */
export interface Facts {
  /** Emissions that may have written a path, rising by id. */
  readonly aboutPath: (path: string) => readonly Emission[];
  readonly observations: readonly Observation[];
  /** Exchange → worktree it was seen in. */
  readonly worktrees: ReadonlyMap<string, string>;
  /** Exchange → the session's next one. */
  readonly next: ReadonlyMap<string, string>;
}

export interface BuildFacts extends Facts {
  readonly paths: readonly string[];
  readonly fragments: (path: string) => readonly Fragment[];
  /** What a person had told the model before it wrote. */
  readonly told: (emission: Emission, path: string) => ReturnType<ToldReader>;
}

/** @returns by path; nothing for one of which nothing is recorded. */
export async function buildTimelines(
  work: EvidenceWork,
  facts: BuildFacts,
): Promise<Map<string, Timeline>> {
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
  const wrote = facts
    .aboutPath(path)
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
    if (outcome === 'rejected' || !mayWriteSources(edit.command)) return null;
    const author = authorOf(work.table, emission, 'observed');
    return { kind: 'ran', atMs, exchange, nextExchange: facts.next.get(exchange) ?? null, author };
  }
  if (!isAbout(emission, path)) return null;
  const listTold = facts.told(emission, path);
  return {
    kind: 'wrote',
    atMs,
    exchange,
    edit,
    outcome,
    author: authorOf(work.table, emission, 'exact'),
    ...(listTold === null ? {} : { listTold }),
  };
}

/** By the path that each names; commands, and what names none, may be about any. */
export function indexByPath(emissions: readonly Emission[]): Facts['aboutPath'] {
  const named = new Map<string, Emission[]>();
  const rest: Emission[] = [];
  for (const emission of emissions) {
    const { edit, path } = emission;
    if (edit.kind === 'command' || path === null) {
      rest.push(emission);
      continue;
    }
    const name = path.normalize('NFC');
    const known = named.get(name);
    if (known === undefined) named.set(name, [emission]);
    else known.push(emission);
  }
  return (path) => {
    const own = named.get(path.normalize('NFC')) ?? [];
    return rest.length === 0 ? own : [...own, ...rest].toSorted((one, other) => one.id - other.id);
  };
}
