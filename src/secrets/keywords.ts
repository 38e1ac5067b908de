// Aho and Corasick's automaton over ASCII, upper and lower case folded: finds where any of many keywords occurs in one
// pass over the text, whatever their number. Transitions are a flat table of rows: a state is where its row begins, and a
// bit of it says that a keyword ends there, so that a step is one addition, one look-up and one comparison.

export interface Automaton {
  /**
   * Calls `hit(keyword, end)` for every occurrence, in order of `end`: the keyword's index in the list, and the UTF-16
   * offset just after it.
   *
   * @param from where to go on in a text that has grown; by default all of it is searched.
   * @returns the state to go on with.
   */
  readonly search: (
    text: string,
    hit: (keyword: number, end: number) => void,
    from?: SearchPoint,
  ) => number;
}

export interface SearchPoint {
  readonly at: number;
  readonly state: number;
}

const START: SearchPoint = { at: 0, state: 0 };

/** Characters looked at in one go. */
const STRIDE = 4096;
/** Bit of a state in which keywords end. */
const ENDS = 2 ** 30;
const ROW = ENDS - 1;

/** Builds the automaton. Keywords are ASCII; a keyword that occurs twice is reported twice. */
export function buildAutomaton(keywords: readonly string[]): Automaton {
  if (keywords.length === 0) return { search: () => 0 };
  const folded = keywords.map((keyword) => keyword.toLowerCase());
  const trie = buildTrie(folded);
  link(trie);
  return { search: searcher(trie) };
}

interface Trie {
  /** By character code below 256: its place in a row. */
  readonly columns: Uint8Array;
  readonly width: number;
  /** `next[row + column]` is the next state: the offset of its row, and ENDS where a keyword ends. */
  readonly next: Int32Array;
  readonly states: number;
  /** By number of state: one child, that child's next sibling and so on, 0 for none; and the column that leads to a state. */
  readonly child: Int32Array;
  readonly sibling: Int32Array;
  readonly column: Uint8Array;
  /** By number of state: keywords that end there. */
  readonly ends: (readonly number[] | undefined)[];
}

/** Only characters that occur in keywords have a column of their own; all others share column 0. */
function pickColumns(folded: readonly string[]): { columns: Uint8Array; width: number } {
  const columns = new Uint8Array(256);
  let width = 1;
  for (const character of new Set(folded.join(''))) {
    const code = character.charCodeAt(0);
    columns[code] = width;
    if (/[a-z]/.test(character)) columns[code - 32] = width;
    width += 1;
  }
  return { columns, width };
}

function buildTrie(folded: readonly string[]): Trie {
  const { columns, width } = pickColumns(folded);
  const room = folded.reduce((sum, keyword) => sum + keyword.length, 1);
  const next = new Int32Array(room * width);
  const [child, sibling] = [new Int32Array(room), new Int32Array(room)];
  const column = new Uint8Array(room);
  const ends: (readonly number[] | undefined)[] = [];
  let states = 1;
  for (const [index, keyword] of folded.entries()) {
    let state = 0;
    for (let i = 0; i < keyword.length; i += 1) {
      const own = columns[keyword.charCodeAt(i)] ?? 0;
      const cell = state * width + own;
      if ((next[cell] ?? 0) === 0) {
        next[cell] = states * width;
        sibling[states] = child[state] ?? 0;
        child[state] = states;
        column[states] = own;
        states += 1;
      }
      state = (next[cell] ?? 0) / width;
    }
    ends[state] = [...(ends[state] ?? []), index];
  }
  return { columns, width, next, states, child, sibling, column, ends };
}

/**
 * Follows failure links in breadth-first order: where a state has no child, it goes on as the state of its longest
 * proper suffix does, whose row is complete by then.
 */
function link(trie: Trie): void {
  const { next, width, child, sibling } = trie;
  const failure = new Int32Array(trie.states);
  const queue = new Int32Array(trie.states); // the root first
  let queued = 1;
  for (let done = 0; done < queued; done += 1) {
    const state = queue[done] ?? 0;
    const suffix = (failure[state] ?? 0) * width;
    if (state !== 0) next.copyWithin(state * width, suffix, suffix + width);
    for (let to = child[state] ?? 0; to !== 0; to = sibling[to] ?? 0) {
      failure[to] = linkChild(trie, state, to);
      queue[queued] = to;
      queued += 1;
    }
  }
}

/** @returns the state of the child's longest proper suffix, which its parent's row still leads to. */
function linkChild({ next, width, column, ends }: Trie, state: number, to: number): number {
  const cell = state * width + (column[to] ?? 0);
  const suffix = state === 0 ? 0 : ((next[cell] ?? 0) & ROW) / width;
  const inherited = ends[suffix];
  if (inherited !== undefined) ends[to] = [...(ends[to] ?? []), ...inherited];
  next[cell] = to * width + (ends[to] === undefined ? 0 : ENDS);
  return suffix;
}

function searcher({ next, width, columns, ends }: Trie): Automaton['search'] {
  let state = 0;
  // small, so that it is compiled early and stays so whatever a hit leads to
  const advance = (text: string, from: number, to: number): number => {
    let now = state & ROW;
    let at = from;
    while (at < to) {
      const code = text.charCodeAt(at);
      now = next[now + (columns[code < 256 ? code : 0] ?? 0)] ?? 0;
      at += 1;
      if (now >= ENDS) break;
    }
    state = now;
    return at;
  };
  return (text, hit, from = START) => {
    state = from.state;
    for (let { at } = from; at < text.length;) {
      at = advance(text, at, Math.min(text.length, at + STRIDE));
      if (state < ENDS) continue;
      const here = state;
      for (const keyword of ends[(here & ROW) / width] ?? []) hit(keyword, at);
      state = here; // a hit may have searched another text
    }
    return state;
  };
}
