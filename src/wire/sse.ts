// Server-sent events (WHATWG HTML 9.2) framed over bytes. Every frame keeps the very bytes it came in, so that the
// frames of a stream put together again are the stream.
import type { SseEvent } from '../model/wire.ts';

const LF = 10;
const CR = 13;

/** One frame: an event, or a block of comments and fields without data. */
export interface SseFrame extends SseEvent {
  /** False where the block has no data line: clients dispatch nothing. */
  readonly hasData: boolean;
}

export interface SseFramer {
  /** Bytes in any cut. @returns the frames that are complete now, in order. */
  push(bytes: Uint8Array): readonly SseFrame[];
  /** What is left: bytes without their blank line, which no client would dispatch; null where there is nothing. */
  end(): Uint8Array | null;
  /** Bytes of the frame that is not complete yet. */
  heldBytes(): number;
}

interface State {
  /** Bytes of the frame that is not complete yet. */
  parts: Uint8Array[];
  partsBytes: number;
  isLineEmpty: boolean;
  /** An LF that comes next belongs to the line end before it. */
  isAfterCr: boolean;
  isFirst: boolean;
}

/** Opens a framer for one stream. */
export function openSseFramer(): SseFramer {
  const state: State = {
    parts: [],
    partsBytes: 0,
    isLineEmpty: true,
    isAfterCr: false,
    isFirst: true,
  };
  return {
    push: (bytes) => {
      const frames: SseFrame[] = [];
      let start = 0;
      const frameEnd = bytes.includes(CR) ? anyFrameEnd : lfFrameEnd;
      for (let end = frameEnd(state, bytes, 0); end >= 0; end = frameEnd(state, bytes, start)) {
        frames.push(takeFrame(state, bytes.subarray(start, end)));
        start = end;
      }
      if (start < bytes.length) state.parts.push(bytes.subarray(start));
      state.partsBytes += bytes.length - start;
      return frames;
    },
    end: () => {
      const rest = state.parts.length === 0 ? null : Buffer.concat(state.parts);
      state.parts = [];
      state.partsBytes = 0;
      return rest;
    },
    heldBytes: () => state.partsBytes,
  };
}

/** @returns offset behind the next blank line's end, -1 where the bytes end first. */
function anyFrameEnd(state: State, bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    const isSecondHalf = state.isAfterCr && byte === LF;
    state.isAfterCr = byte === CR;
    if (isSecondHalf) continue;
    const isLineEnd = byte === LF || byte === CR;
    const isBlankLine = isLineEnd && state.isLineEmpty;
    state.isLineEmpty = isLineEnd;
    if (!isBlankLine) continue;
    // a CRLF pair stays together where both are here; otherwise the LF opens the next frame's bytes
    if (byte !== CR || bytes[at + 1] !== LF) return at + 1;
    state.isAfterCr = false;
    return at + 2;
  }
  return -1;
}

/** The same for bytes without CR, as nearly all providers send them: from one line end to the next. */
function lfFrameEnd(state: State, bytes: Uint8Array, from: number): number {
  if (from === bytes.length) return -1;
  let start = state.isAfterCr && bytes[from] === LF ? from + 1 : from;
  state.isAfterCr = false;
  while (start < bytes.length) {
    const at = bytes.indexOf(LF, start);
    if (at === start && state.isLineEmpty) return at + 1;
    state.isLineEmpty = at >= 0;
    if (at < 0) return -1;
    start = at + 1;
  }
  return -1;
}

function takeFrame(state: State, last: Uint8Array): SseFrame {
  const raw = state.parts.length === 0 ? last : Buffer.concat([...state.parts, last]);
  state.parts = [];
  state.partsBytes = 0;
  const frame = parseFrame(raw, state.isFirst);
  state.isFirst = false;
  return frame;
}

const LINE_END = /\r\n|\n|\r/;

/** Nearly all providers end lines by LF alone, and a fixed text is split faster than by a pattern. */
const linesOf = (text: string): readonly string[] =>
  text.includes('\r') ? text.split(LINE_END) : text.split('\n');

function parseFrame(raw: Uint8Array, isFirst: boolean): SseFrame {
  let text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
  if (isFirst && text.startsWith('\uFEFF')) text = text.slice(1);
  let data: string | null = null;
  let event: string | null = null;
  for (const line of linesOf(text)) {
    const value = valueIn(line, 'data');
    if (value !== null) data = data === null ? value : `${data}\n${value}`;
    else event = valueIn(line, 'event') ?? event;
  }
  return { event, data: data ?? '', raw, hasData: data !== null };
}

/** @returns the field's value without the one blank that may follow the colon; null where the line is another field's. */
function valueIn(line: string, field: string): string | null {
  if (!line.startsWith(field)) return null;
  const at = field.length;
  if (line.length === at) return '';
  if (line[at] !== ':') return null;
  return line.slice(line[at + 1] === ' ' ? at + 2 : at + 1);
}

/**
 * Writes a frame again with other data and everything else as it was: other fields, comments, line ends, the blank
 * after the colon.
 *
 * @param data the new text; its lines go where the old data lines stood.
 */
export function reframe(frame: SseFrame, data: string): Uint8Array {
  const text = Buffer.from(frame.raw.buffer, frame.raw.byteOffset, frame.raw.byteLength).toString(
    'utf8',
  );
  const lines = data.split('\n');
  const pieces = text.split(/(\r\n|\n|\r)/); // line, end, line, end …
  const out: string[] = [];
  let lastEnd = '\n';
  let isWritten = false;
  for (let i = 0; i < pieces.length; i += 2) {
    const line = pieces[i] ?? '';
    const lineEnd = pieces[i + 1] ?? '';
    const head = /^\uFEFF?data(?:: ?|$)/.exec(line)?.[0];
    if (head === undefined) {
      out.push(line, lineEnd);
      continue;
    }
    if (lineEnd !== '') lastEnd = lineEnd;
    if (isWritten) continue; // all lines went out at the first one's place
    isWritten = true;
    const prefix = head.includes(':') ? head : `${head}: `;
    for (const one of lines) out.push(prefix, one, lastEnd);
  }
  return Buffer.from(out.join(''), 'utf8');
}
