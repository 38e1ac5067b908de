// The events of one reply in their one order: what follows a held event waits behind it. An event goes out as the very
// bytes it came in unless an edit changed its text, and then only that text differs.
import { parseJson } from '../model/json.ts';
import { type MarkBook, openMarkBook } from '../model/event-marks.ts';
import type { Channels, SiteEdit, Spot } from './channels.ts';
import type { ReplyReader, SiteReader } from './format.ts';
import { editJson, editText, type JsonChange, type JsonPath } from './json-spans.ts';
import { childOf, textIn } from './sites.ts';

/** One event as it came, and how to write it with other data. */
export interface Frame {
  readonly raw: Uint8Array;
  readonly event: string | null;
  /** null where the frame carries none. */
  readonly data: string | null;
  rewrite(data: string): Uint8Array;
}

/** What goes out next. */
export interface Released {
  readonly client: Uint8Array;
  readonly record: Uint8Array;
  readonly isTerminal: boolean;
  /** As the client gets it; null for bytes outside of any event. */
  readonly event: ReleasedEvent | null;
}

export interface ReleasedEvent {
  readonly name: string | null;
  readonly json: unknown;
  /** Nothing in it but the news that the connection lives. */
  readonly isIdle: boolean;
  rewrite(data: string): Uint8Array;
}

export interface EventQueue {
  /** Events that came together, in order. @returns what may go out now. */
  push(frames: readonly Frame[]): readonly Released[];
  /** No more events: everything is decided. */
  end(): { readonly released: readonly Released[]; readonly isMidway: boolean };
  /** As model/event-marks.ts writes them. */
  marks(): Uint8Array;
}

interface QueueParts {
  readonly channels: Channels;
  readonly sites: SiteReader;
  /** Gets every event as the record has it. */
  readonly reply: Pick<ReplyReader, 'push'> | null;
  /** Milliseconds since the exchange started. */
  readonly clock: () => number;
}

interface Entry {
  readonly frame: Frame;
  /** Parsed data; the data itself where it is no JSON; undefined without data. */
  readonly json: unknown;
  readonly isJson: boolean;
  readonly spots: readonly Spot[];
  readonly isTerminal: boolean;
  readonly isIdle: boolean;
  readonly atMs: number;
}

interface State extends QueueParts {
  readonly waiting: Entry[];
  readonly marks: MarkBook;
  recordBytes: number;
}

/** A keep-alive overtakes what has been held this long: before, the model's own order is worth more. */
const OVERTAKE_AFTER_MS = 1000;

export function openEventQueue(parts: QueueParts): EventQueue {
  const state: State = {
    ...parts,
    waiting: [],
    marks: openMarkBook(),
    recordBytes: 0,
  };
  return {
    push: (frames) => push(state, frames),
    end: () => {
      const isMidway = state.channels.closeAll();
      return { released: drain(state), isMidway };
    },
    marks: () => state.marks.bytes(),
  };
}

function push(state: State, frames: readonly Frame[]): readonly Released[] {
  const early: Released[] = [];
  const atMs = state.clock();
  for (const frame of frames) {
    const { entry, isIdle } = takeIn(state, frame, atMs);
    const first = state.waiting[0];
    if (isIdle && first !== undefined && atMs - first.atMs >= OVERTAKE_AFTER_MS)
      early.push(release(state, entry));
    else state.waiting.push(entry);
  }
  state.channels.flush();
  return early.length === 0 ? drain(state) : [...early, ...drain(state)];
}

interface TakenIn {
  readonly entry: Entry;
  /** Nothing in it but the news that the connection lives. */
  readonly isIdle: boolean;
}

function takeIn(state: State, frame: Frame, atMs: number): TakenIn {
  const parsed = frame.data === null ? undefined : parseJson(frame.data);
  const isJson = parsed !== undefined;
  const json = isJson ? parsed : (frame.data ?? Buffer.from(frame.raw).toString('latin1'));
  const reading = state.sites.read(json, frame.event);
  const spots = reading.sites.map((site) => state.channels.add(site, textIn(json, site) ?? ''));
  for (const name of reading.closes) state.channels.close(name);
  if (reading.isTerminal) state.channels.closeAll();
  const { isTerminal } = reading;
  const isIdle = frame.data === null || reading.isKeepAlive;
  return { entry: { frame, json, isJson, spots, isTerminal, isIdle, atMs }, isIdle };
}

function drain(state: State): readonly Released[] {
  const out: Released[] = [];
  let count = 0;
  for (const entry of state.waiting) {
    if (!entry.spots.every((spot) => spot.isDecided)) break;
    out.push(release(state, entry));
    count += 1;
  }
  state.waiting.splice(0, count);
  return out;
}

function release(state: State, entry: Entry): Released {
  const isUntouched = entry.spots.every((spot) => spot.edits.length === 0);
  const record = isUntouched ? asReceived(entry) : write(entry, isForRecord);
  const isAlike = isUntouched || entry.spots.every((spot) => spot.edits.every(isForBoth));
  const client = isAlike ? record : write(entry, isForClient);
  const length = record.bytes.length;
  if (length > 0) state.marks.add({ offset: state.recordBytes, length, atMs: entry.atMs });
  state.recordBytes += length;
  if (entry.frame.data !== null) state.reply?.push(record.json, entry.frame.event);
  const { frame, isTerminal, isIdle } = entry;
  const event = {
    name: frame.event,
    json: client.json,
    isIdle,
    rewrite: (data: string) => frame.rewrite(data),
  };
  return { client: client.bytes, record: record.bytes, isTerminal, event };
}

const isForRecord = (edit: SiteEdit): boolean => edit.span.reach !== 'back';
const isForClient = (edit: SiteEdit): boolean =>
  edit.span.reach === 'client' || edit.span.reach === 'back';
const isForBoth = (edit: SiteEdit): boolean => edit.span.reach === 'client';

interface Written {
  readonly bytes: Uint8Array;
  readonly json: unknown;
}

const asReceived = ({ frame, json }: Entry): Written => ({ bytes: frame.raw, json });

/** @returns the event with the wanted edits; the bytes received where there are none. */
function write(entry: Entry, isWanted: (edit: SiteEdit) => boolean): Written {
  const changes = entry.spots
    .map(({ site: { path, isKey = false }, edits }) => ({
      path,
      isKey,
      edits: edits.filter(isWanted),
      value: null,
    }))
    .filter((change) => change.edits.length > 0);
  if (changes.length === 0) return asReceived(entry);
  const { frame } = entry;
  if (frame.data === null) {
    const text = editText(Buffer.from(frame.raw).toString('latin1'), editsOf(changes));
    return { bytes: Buffer.from(text, 'latin1'), json: text };
  }
  if (!entry.isJson) {
    const data = editText(frame.data, editsOf(changes));
    return { bytes: frame.rewrite(data), json: data };
  }
  const data = editJson(frame.data, [...changes, ...probabilityChanges(entry.json, changes)]);
  return { bytes: frame.rewrite(data), json: parseJson(data) };
}

const editsOf = (changes: readonly JsonChange[]): JsonChange['edits'] =>
  changes.flatMap((change) => change.edits);

/** `logprobs` beside an edited text spell it out again, token by token: they go. */
function probabilityChanges(json: unknown, changes: readonly JsonChange[]): readonly JsonChange[] {
  const found = new Map<string, JsonChange>();
  for (const { path } of changes) {
    for (let depth = 0; depth < path.length; depth += 1) {
      const at: JsonPath = [...path.slice(0, depth), 'logprobs'];
      const value = at.reduce<unknown>(childOf, json);
      if (typeof value !== 'object' || value === null) continue;
      const empty = Array.isArray(value) ? '[]' : 'null';
      found.set(at.join('\0'), { path: at, edits: [], value: empty });
    }
  }
  return [...found.values()];
}
