// JSON documents one after another: the array that Gemini streams without alt=sse, lines of JSON, or a single object.
// Framed over bytes; the bytes of all frames and of the rest are the input.
import type { Frame } from './event-queue.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const OPENERS = new Set([123, 91]); // { [
const CLOSERS = new Set([125, 93]); // } ]
const ARRAY = 91;

export interface SequenceFramer {
  push(bytes: Uint8Array): readonly Frame[];
  /** Bytes behind the last document, null where there are none. */
  end(): Uint8Array | null;
  /** Bytes of the document that is not whole yet. */
  heldBytes(): number;
}

interface State {
  parts: Uint8Array[];
  /** Bytes of `parts`. */
  held: number;
  /** Open brackets, the enclosing array not counted. */
  depth: number;
  isInArray: boolean;
  isInString: boolean;
  isEscaped: boolean;
  /** Offset of the document's first byte among the held bytes; -1 between documents. */
  start: number;
}

export function openSequenceFramer(): SequenceFramer {
  const state: State = {
    parts: [],
    held: 0,
    depth: 0,
    isInArray: false,
    isInString: false,
    isEscaped: false,
    start: -1,
  };
  return {
    push: (bytes) => push(state, bytes),
    heldBytes: () => state.held,
    end: () => {
      const rest = state.held === 0 ? null : Buffer.concat(state.parts);
      state.parts = [];
      state.held = 0;
      return rest;
    },
  };
}

function push(state: State, bytes: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const isEnd = step(state, bytes[at] ?? 0, state.held + at - from);
    if (!isEnd) continue;
    const raw = Buffer.concat([...state.parts, bytes.subarray(from, at + 1)]);
    frames.push(frameOf(raw, state.start));
    from = at + 1;
    state.parts = [];
    state.held = 0;
    state.start = -1;
  }
  if (from < bytes.length) state.parts.push(bytes.subarray(from));
  state.held += bytes.length - from;
  return frames;
}

/** @returns whether a document ends with this byte. */
function step(state: State, byte: number, offset: number): boolean {
  if (state.isInString) {
    stepString(state, byte);
    return false;
  }
  if (byte === QUOTE) state.isInString = state.depth > 0;
  else if (OPENERS.has(byte)) open(state, byte, offset);
  else if (CLOSERS.has(byte) && state.depth > 0) {
    state.depth -= 1;
    return state.depth === 0;
  }
  return false;
}

function stepString(state: State, byte: number): void {
  if (state.isEscaped) state.isEscaped = false;
  else if (byte === BACKSLASH) state.isEscaped = true;
  else if (byte === QUOTE) state.isInString = false;
}

function open(state: State, byte: number, offset: number): void {
  if (state.depth === 0 && byte === ARRAY && !state.isInArray) {
    state.isInArray = true; // its elements are the documents
    return;
  }
  if (state.depth === 0) state.start = offset;
  state.depth += 1;
}

function frameOf(raw: Buffer, start: number): Frame {
  return {
    raw,
    event: null,
    data: raw.toString('utf8', start),
    rewrite: (data) => Buffer.concat([raw.subarray(0, start), Buffer.from(data, 'utf8')]),
  };
}
