// A request's body cut where the next request of the same conversation will be the same: at the elements of its lists.
// The slices put together are the body, byte for byte.

/** Of a body that has no lists. */
const CHUNK_BYTES = 64 * 1024;

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Cuts at the objects in lists that lie in no other list: `messages`, `input`, `contents`, `tools`, `system` and
 * whatever a provider adds. The comma belongs to the element behind it, so that a list that grew keeps its slices.
 */
export function sliceBody(body: Uint8Array): readonly Uint8Array[] {
  const cuts = isJsonLike(body) ? findCuts(body) : [];
  if (cuts.length === 0) return chunksOf(body);
  const edges = [0, ...cuts, body.length];
  return edges
    .slice(1)
    .map((end, i) => body.subarray(edges[i], end))
    .filter((slice) => slice.length > 0);
}

function isJsonLike(body: Uint8Array): boolean {
  const first = body.find((byte) => byte > 32);
  return first === OPEN_OBJECT || first === OPEN_LIST;
}

function chunksOf(body: Uint8Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += CHUNK_BYTES)
    chunks.push(body.subarray(at, at + CHUNK_BYTES));
  return chunks;
}

interface State {
  readonly body: Uint8Array;
  readonly cuts: number[];
  /** Opening brackets that are not closed. */
  readonly open: number[];
  /** How many of them are lists. */
  lists: number;
  /** Offset of the last comma of the list that is cut; -1 where none came since the last element. */
  comma: number;
}

function findCuts(body: Uint8Array): readonly number[] {
  const state: State = { body, cuts: [], open: [], lists: 0, comma: -1 };
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) at = stringEnd(body, at + 1);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) open(state, byte, at);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) close(state, at);
    else if (byte === COMMA && isInList(state)) state.comma = at;
  }
  return state.cuts;
}

const isInList = (state: State): boolean => state.lists === 1 && state.open.at(-1) === OPEN_LIST;

function open(state: State, byte: number, at: number): void {
  if (isInList(state)) {
    state.cuts.push(state.comma < 0 ? at : state.comma);
    state.comma = -1;
  }
  state.open.push(byte);
  if (byte === OPEN_LIST) state.lists += 1;
}

function close(state: State, at: number): void {
  if (state.open.pop() === OPEN_LIST) state.lists -= 1;
  if (isInList(state)) {
    state.cuts.push(at + 1);
    state.comma = -1;
  }
}

/** Looked for by its quote, which is many times faster than byte by byte: strings are most of a body. */
function stringEnd(body: Uint8Array, from: number): number {
  for (let at = body.indexOf(QUOTE, from); at >= 0; at = body.indexOf(QUOTE, at + 1)) {
    let slashes = at;
    while (slashes > from && body[slashes - 1] === BACKSLASH) slashes -= 1;
    if ((at - slashes) % 2 === 0) return at;
  }
  return body.length;
}
