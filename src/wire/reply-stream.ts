// A reply on its way from the model to the client and into the record: bytes in, pieces out, no I/O. What the model
// sent goes out as received; an edit of the masks changes the record always and the client's bytes where the policy says.
import { createHash } from 'node:crypto';
import { isObject } from '../model/json.ts';
import type { MaskRecord } from '../model/secret.ts';
import type { WireReply } from '../model/wire.ts';
import { openDocumentFlow } from './document-flow.ts';
import { openEventFlow } from './event-flow.ts';
import type { Released } from './event-queue.ts';
import type { Flow, FlowOptions } from './flow.ts';
import type { WireError } from './format.ts';
import type { Unit } from './gate.ts';
import { type GatedEvents, openGatedEvents } from './gated-events.ts';
import { makeIdleEvent } from './idle-event.ts';
import type { PathMask } from './path-mask.ts';
import type { ReplyKind } from './reply-kind.ts';
import { openWindowFlow } from './window-flow.ts';

/** Bytes that go out now; the two are the same array where nothing differs. */
export interface Piece {
  readonly client: Uint8Array;
  readonly record: Uint8Array;
  /** The client takes the reply as over once it has this: record first, then release. One in every reply. */
  readonly isTerminal: boolean;
}

export interface ReplyOptions extends FlowOptions {
  readonly kind: ReplyKind;
  /** Masks values that stand at places of a rule, before anything else sees the bytes. */
  readonly paths?: PathMask | null;
}

export interface ReplyDigests {
  /** SHA-256, hex, of the decoded bytes that came. */
  readonly responseSha256: string;
  /** Of the bytes given out for the client. */
  readonly clientSha256: string;
  readonly responseBytes: number;
  readonly recordBytes: number;
}

export interface ReplyStream {
  /** @param bytes of the body, content encoding undone. Never throws: a masker that does ends the stream (fails closed). */
  push(bytes: Uint8Array): readonly Piece[];
  /** @param isCut the connection broke before the body's end. */
  end(isCut: boolean): readonly Piece[];
  /** What a held tool call waits for; null where nothing is held. To be followed by `resume`. */
  held(): Promise<void> | null;
  resume(): readonly Piece[];
  /** A sign of life for the client while something is held, in no record; null where the reply has no such form. */
  idle(): Uint8Array | null;
  /** What goes out in place of everything that has not gone out: the provider's own error. Nothing may follow it. */
  fail(error: WireError): Piece;
  /** The reply as recorded; null where the format is not known. Good from the terminal piece on. */
  reading(): WireReply | null;
  /** Calls and texts that the client did not get. */
  withheld(): readonly Unit[];
  masks(): readonly MaskRecord[];
  /** As model/event-marks.ts writes them. */
  marks(): Uint8Array;
  /** Of what has come and gone out so far. */
  digests(): ReplyDigests;
}

interface State {
  readonly options: ReplyOptions;
  readonly flow: Flow;
  /** null where no rule looks at what is said. */
  readonly gated: GatedEvents | null;
  readonly upstream: ReturnType<typeof createHash>;
  readonly client: ReturnType<typeof createHash>;
  responseBytes: number;
  recordBytes: number;
  /** JSON of the newest event; null before the first. */
  last: unknown;
  isTerminated: boolean;
  isFailed: boolean;
  isCut: boolean;
  isEnding: boolean;
}

const MASKING_FAILED: WireError = {
  status: 502,
  message: 'the reply could not be checked for secrets and was stopped',
  code: 'MASKING_FAILED',
};

export function openReplyStream(options: ReplyOptions): ReplyStream {
  const state: State = {
    options,
    flow: openFlow(options),
    gated: openGate(options),
    upstream: createHash('sha256'),
    client: createHash('sha256'),
    responseBytes: 0,
    recordBytes: 0,
    last: null,
    isTerminated: false,
    isFailed: false,
    isCut: false,
    isEnding: false,
  };
  return {
    push: (bytes) => {
      state.upstream.update(bytes);
      state.responseBytes += bytes.length;
      return guarded(state, () => join(state, pass(state, state.flow.push(placed(state, bytes)))));
    },
    end: (isCut) => {
      state.isCut = isCut;
      state.isEnding = true;
      return guarded(state, () => {
        const rest = options.paths == null ? [] : state.flow.push(options.paths.end());
        return conclude(state, pass(state, [...rest, ...state.flow.end(isCut)]));
      });
    },
    held: () => (state.isFailed ? null : (state.gated?.held() ?? null)),
    resume: () =>
      guarded(state, () => {
        const released = state.gated?.resume() ?? [];
        return state.isEnding ? conclude(state, released) : join(state, released);
      }),
    idle: () => idle(state),
    fail: (error) => fail(state, error),
    reading: () => state.flow.reading(state.isCut || state.isFailed),
    withheld: () => state.gated?.withheld() ?? [],
    masks: () => [...state.flow.masks(), ...(options.paths?.masks() ?? [])],
    marks: () => state.flow.marks(),
    digests: () => ({
      responseSha256: state.upstream.copy().digest('hex'),
      clientSha256: state.client.copy().digest('hex'),
      responseBytes: state.responseBytes,
      recordBytes: state.recordBytes,
    }),
  };
}

const placed = ({ options }: State, bytes: Uint8Array): Uint8Array =>
  options.paths?.push(bytes) ?? bytes;

function openFlow(options: ReplyOptions): Flow {
  switch (options.kind) {
    case 'sse':
    case 'sequence':
      return openEventFlow({ ...options, kind: options.kind });
    case 'json':
      return openDocumentFlow(options);
    case 'bytes':
      return openWindowFlow(options);
  }
}

/** Bytes that are no events hold nothing that a client would run. */
function openGate({ kind, format, gate }: ReplyOptions): GatedEvents | null {
  if (gate === null || format === null || kind === 'bytes') return null;
  const reader = kind === 'json' ? format.openBodyGate(gate.watch) : format.openGate(gate.watch);
  return openGatedEvents(reader, gate);
}

function pass(state: State, released: readonly Released[]): readonly Released[] {
  if (state.gated === null) return released;
  state.last = released.findLast(({ event }) => isObject(event?.json))?.event?.json ?? state.last;
  return state.gated.push(released);
}

/** Before and between JSON documents white space stands for nothing (RFC 8259 2). */
function idle(state: State): Uint8Array | null {
  const { kind, format } = state.options;
  if (format === null || kind === 'bytes') return null;
  const bytes = Buffer.from(kind === 'sse' ? makeIdleEvent(format.name, state.last) : ' ', 'utf8');
  state.client.update(bytes);
  return bytes;
}

/** The last pieces, unless something is still held. */
function conclude(state: State, released: readonly Released[]): readonly Piece[] {
  const isHeld = state.gated !== null && state.gated.held() !== null;
  const rest = isHeld ? [] : (state.gated?.end() ?? []);
  const pieces = join(state, [...released, ...rest]);
  return state.isTerminated || isHeld ? pieces : [...pieces, giveOut(state, [], true)];
}

/** Fails closed: after a throw nothing of the reply goes out any more but the provider's error. */
function guarded(state: State, act: () => readonly Piece[]): readonly Piece[] {
  if (state.isFailed) return [];
  try {
    return act();
  } catch {
    return [fail(state, MASKING_FAILED)]; // the cause may hold the very text that must not go out
  }
}

function fail(state: State, error: WireError): Piece {
  state.isFailed = true;
  const bytes = Buffer.from(state.flow.errorText(error), 'utf8');
  return giveOut(state, [{ client: bytes, record: bytes, isTerminal: true, event: null }], true);
}

/** Joins what goes out at once, split before the terminal event. */
function join(state: State, outs: readonly Released[]): readonly Piece[] {
  if (outs.length === 0) return [];
  const at = state.isTerminated ? -1 : outs.findIndex((out) => out.isTerminal);
  if (at < 0) return [giveOut(state, outs, false)];
  const before = at === 0 ? [] : [giveOut(state, outs.slice(0, at), false)];
  return [...before, giveOut(state, outs.slice(at), true)];
}

function giveOut(state: State, outs: readonly Released[], isTerminal: boolean): Piece {
  const client = concat(outs.map((out) => out.client));
  const isAlike = outs.every((out) => out.client === out.record);
  const record = isAlike ? client : concat(outs.map((out) => out.record));
  state.client.update(client);
  state.recordBytes += record.length;
  const isFirst = isTerminal && !state.isTerminated;
  state.isTerminated ||= isTerminal;
  return { client, record, isTerminal: isFirst };
}

/** Events that go out as they came lie one behind the other in the bytes that came: those are not copied. */
function concat(parts: readonly Uint8Array[]): Uint8Array {
  const runs: Uint8Array[] = [];
  for (let from = 0; from < parts.length;) {
    const to = endOfRun(parts, from);
    const [first, last] = [parts[from] ?? NOTHING, parts[to - 1] ?? NOTHING];
    const length = last.byteOffset + last.byteLength - first.byteOffset;
    runs.push(Buffer.from(first.buffer, first.byteOffset, length));
    from = to;
  }
  const [only] = runs;
  return runs.length === 1 && only !== undefined ? only : Buffer.concat(runs);
}

/** @returns index behind the last of the parts that lie one behind the other. */
function endOfRun(parts: readonly Uint8Array[], from: number): number {
  for (let at = from; ; at += 1) {
    const [part, next] = [parts[at], parts[at + 1]];
    if (part === undefined || next === undefined) return Math.min(at + 1, parts.length);
    if (next.buffer !== part.buffer || next.byteOffset !== part.byteOffset + part.byteLength)
      return at + 1;
  }
}

const NOTHING = new Uint8Array(0);
