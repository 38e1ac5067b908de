// The states of one file in one worktree, rebuilt from what was seen of it and what replies wrote into it. The last writer
// of a token decides; what stood there before the model spoke was not the model's.
import type { Edit, Emission } from '../model/edit.ts';
import { applyEdit, EMPTY_TEXT } from './apply-edit.ts';
import { elementAt } from './diff.ts';
import { settleWritten, versionOfEdit, type Writer } from './edit-version.ts';
import { explainOpen, type ExplainOptions } from './explain.ts';
import { returnReordered } from './reordered.ts';
import type { Tokenizer, TokenText } from './tokens.ts';
import {
  BASE,
  carryOver,
  goneLines,
  isAi,
  makeVersion,
  PERSON,
  restoreLines,
  settle,
  withoutLines,
  type Draft,
  type SourceText,
  type Version,
} from './version.ts';

/** The file as it was at one moment. */
export interface SeenEvent {
  readonly kind: 'seen';
  readonly atMs: number;
  readonly exchange: string;
  readonly text: TokenText;
}

/** A reply wrote into the file, or proposed to. */
export interface WroteEvent extends Writer {
  readonly kind: 'wrote';
  readonly atMs: number;
  readonly exchange: string;
  readonly edit: Edit;
  readonly outcome: Emission['outcome'];
}

/** A reply ran a command: what changed until the session's next request may be its work. */
export interface RanEvent {
  readonly kind: 'ran';
  readonly atMs: number;
  readonly exchange: string;
  readonly nextExchange: string | null;
  readonly author: number;
}

export type TimelineEvent = SeenEvent | WroteEvent | RanEvent;

export interface Fragment {
  readonly atMs: number;
  /** The one that wrote it, or that it was seen for; null where it is nobody's. */
  readonly exchange: string | null;
  readonly version: Version;
  readonly isRejected: boolean;
}

export interface TimelineFacts {
  readonly tokenizer: Tokenizer;
  /** What the repository held when the first event happened; null where it had no such file. */
  readonly base: TokenText | null;
  /** In order of time. */
  readonly events: readonly TimelineEvent[];
  /** Texts without a place in this file: snippets, proposals, other files' edits. Asked for where they may matter. */
  readonly listFragments: () => readonly Fragment[];
}

export interface Timeline {
  readonly current: Fragment;
  /** Older states, newest first, and texts that found no place. */
  readonly past: readonly Fragment[];
}

/** States kept to find returning text in: a stash, a reset, an undone edit. */
const PAST_MAX = 40;
/** Evidence that a moved run needs within its own file, and that a copied or pasted one needs. */
export const MOVED: ExplainOptions = { leastRun: 7, isMove: true, isRare: true };
const MOVED_BY_MODEL: ExplainOptions = { leastRun: 7, isMove: true };
export const COPIED: ExplainOptions = { leastRun: 12, isRare: true };

type Moment = Pick<Fragment, 'atMs' | 'exchange'>;

interface State {
  readonly facts: TimelineFacts;
  current: Version;
  since: Moment;
  readonly past: Fragment[];
  readonly unplaced: Fragment[];
  ran: RanEvent | null;
}

/** Replays a file's history. */
export function buildTimeline(facts: TimelineFacts): Timeline {
  const state: State = {
    facts,
    current: makeVersion(facts.base ?? EMPTY_TEXT, BASE),
    since: { atMs: 0, exchange: null },
    past: [],
    unplaced: [],
    ran: null,
  };
  const events = inOrder(facts.events);
  for (const [at, event] of events.entries()) {
    if (event.kind === 'seen') applySeen(state, event, events.slice(at + 1));
    else if (event.kind === 'wrote') applyWrote(state, event);
    else state.ran = event;
  }
  const current = { version: state.current, ...state.since, isRejected: false };
  return { current, past: [...state.past, ...state.unplaced] };
}

/**
 * What was seen for an exchange counts as seen before that exchange wrote, even where the scan was slower than the tool:
 * text that the reply wrote is recognised in it as the reply's.
 */
function inOrder(events: readonly TimelineEvent[]): TimelineEvent[] {
  const wroteAt = new Map<string, number>();
  for (const event of events)
    if (event.kind !== 'seen' && !wroteAt.has(event.exchange))
      wroteAt.set(event.exchange, event.atMs);
  const timeOf = (event: TimelineEvent): number =>
    event.kind === 'seen'
      ? Math.min(event.atMs, (wroteAt.get(event.exchange) ?? Infinity) - 0.5)
      : event.atMs;
  return events.toSorted((one, other) => timeOf(one) - timeOf(other));
}

function moveTo(state: State, version: Version, { atMs, exchange }: Moment): void {
  state.past.unshift({ version: state.current, ...state.since, isRejected: false });
  state.past.splice(PAST_MAX);
  state.current = version;
  state.since = { atMs, exchange };
}

function applySeen(state: State, seen: SeenEvent, later: readonly TimelineEvent[]): void {
  const inFlight = writtenMeanwhile(state, seen, later);
  if (inFlight.state !== null) {
    moveTo(state, inFlight.state, seen);
    return;
  }
  const { ran } = state;
  if (ran !== null && ran.exchange !== seen.exchange) state.ran = null;
  const isWindow = ran !== null && ran.nextExchange === seen.exchange;
  const author = isWindow ? ran.author : PERSON;
  const draft = carryOver(state.current, seen.text, author);
  if (!isWindow)
    restoreLines(
      draft,
      state.past.map((one) => one.version),
    );
  returnReordered(draft, state.current, () => goneLines(state.current, draft));
  explainOpen(draft, () => [goneFrom(state.current, draft)], MOVED);
  explainOpen(draft, () => [...inFlight.fragments, ...pool(state, seen)], COPIED);
  // what stood in a file that was never seen before has no author yet
  const isFirst = state.past.length === 0 && state.current.authors.length === 0;
  moveTo(state, settle(draft, isWindow || !isFirst ? author : BASE), seen);
}

interface InFlight {
  /** What was seen, if it is just what the exchange's edits make of the last state. */
  readonly state: Version | null;
  /** Else the edits by themselves. */
  readonly fragments: readonly SourceText[];
}

/** What the exchange itself wrote: its tools may have been quicker than the scan. */
function writtenMeanwhile(
  state: State,
  seen: SeenEvent,
  later: readonly TimelineEvent[],
): InFlight {
  const fragments: SourceText[] = [];
  let version = state.current;
  for (const event of later) {
    if (event.exchange !== seen.exchange || event.kind === 'seen') break;
    // what was read before the reply ended stood there on its own, whatever the reply repeats of it
    if (event.atMs >= seen.atMs) continue;
    if (event.kind !== 'wrote' || event.outcome === 'rejected') continue;
    version = writeInto(version, event, state.facts.tokenizer) ?? version;
    if (isSameText(version, seen.text)) return { state: version, fragments };
    const own = versionOfEdit(event.edit, event, state.facts.tokenizer);
    if (own !== null) fragments.push({ version: own, isRejected: false });
  }
  return { state: null, fragments };
}

function isSameText({ lines }: Version, { tokens }: TokenText): boolean {
  const own = lines.text.tokens;
  return own.length === tokens.length && own.every((token, at) => token === tokens[at]);
}

/** What the exchange itself said elsewhere cannot stand here yet, however late the scan was: nobody pastes so quickly. */
const pool = (state: State, { atMs, exchange }: SeenEvent): readonly SourceText[] => [
  { version: state.current, isRejected: false },
  ...state.past,
  ...state.unplaced,
  ...state.facts
    .listFragments()
    .filter((fragment) => fragment.atMs <= atMs && fragment.exchange !== exchange),
];

function applyWrote(state: State, wrote: WroteEvent): void {
  const { tokenizer } = state.facts;
  const isRejected = wrote.outcome === 'rejected';
  const next = isRejected ? null : writeInto(state.current, wrote, tokenizer);
  if (next !== null) {
    moveTo(state, next, wrote);
    return;
  }
  const version = versionOfEdit(wrote.edit, wrote, tokenizer);
  if (version !== null)
    state.unplaced.unshift({ atMs: wrote.atMs, exchange: wrote.exchange, version, isRejected });
}

const goneFrom = (before: Version, draft: Draft): SourceText => ({
  version: goneLines(before, draft),
  isRejected: false,
});

function withoutAi(version: Version): Version {
  const { lineOf } = version.lines.text;
  const dropped = lineOf.filter((_line, token) => isAi(elementAt(version.authors, token)));
  return withoutLines(version, new Set(dropped));
}

/** @returns null where the edit finds no place in the version. */
function writeInto(before: Version, wrote: WroteEvent, tokenizer: Tokenizer): Version | null {
  const text = applyEdit(before.lines.text, wrote.edit, tokenizer);
  if (text === null) return null;
  const draft = carryOver(before, text, wrote.author);
  // what a model repeats of lines that are still there it has written itself; what it moved it has not
  // a common line of another model's block is the new writer's own
  returnReordered(draft, before, () => withoutAi(goneLines(before, draft)));
  explainOpen(draft, () => [goneFrom(before, draft)], MOVED_BY_MODEL);
  return settleWritten(draft, wrote);
}
