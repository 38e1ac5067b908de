// Aho and Corasick's automaton over ASCII, upper and lower case folded: finds where any of many keywords occurs in one
// pass over the text, whatever their number. Transitions are a flat table, states in breadth-first order.

export interface Automaton {
  /**
   * Calls `hit(keyword, end)` for every occurrence, in order of `end`: the keyword's index in the list, and the UTF-16
   * offset just after it.
   */
  readonly search: (text: string, hit: (keyword: number, end: number) => void) => void;
}

/** Characters looked at in one go. */
const STRIDE = 4096;

interface Trie {
  /** `next[state * width + column]`. */
  readonly next: Int32Array;
  readonly states: number;
  /** Keywords that end in a state. */
  readonly ends: readonly (readonly number[])[];
}

/** Builds the automaton. Keywords are ASCII; a keyword that occurs twice is reported twice. */
export function buildAutomaton(keywords: readonly string[]): Automaton {
  if (keywords.length === 0) return { search: () => undefined };
  const folded = keywords.map((keyword) => keyword.toLowerCase());
  const { columns, width } = pickColumns(folded);
  const trie = buildTrie(folded, columns, width);
  const { next, ends } = link(trie, width);
  return { search: searcher(next, ends, { columns, width }) };
}

/** Only characters that occur in keywords have a column of their own; all others share column 0. */
function pickColumns(folded: readonly string[]): { columns: Uint8Array; width: number } {
  const columns = new Uint8Array(128);
  let width = 1;
  for (const character of new Set(folded.join(''))) {
    const code = character.charCodeAt(0);
    columns[code] = width;
    if (/[a-z]/.test(character)) columns[code - 32] = width;
    width += 1;
  }
  return { columns, width };
}

function buildTrie(folded: readonly string[], columns: Uint8Array, width: number): Trie {
  const room = folded.reduce((sum, keyword) => sum + keyword.length, 1);
  const next = new Int32Array(room * width);
  const ends: number[][] = [[]];
  for (const [index, keyword] of folded.entries()) {
    let state = 0;
    for (let i = 0; i < keyword.length; i += 1) {
      const cell = state * width + (columns[keyword.charCodeAt(i)] ?? 0);
      if ((next[cell] ?? 0) === 0) {
        next[cell] = ends.length;
        ends.push([]);
      }
      state = next[cell] ?? 0;
    }
    ends[state]?.push(index);
  }
  return { next, states: ends.length, ends };
}

/** Follows failure links in breadth-first order and folds them into the table. */
function link(trie: Trie, width: number): { next: Int32Array; ends: readonly number[][] } {
  const { next } = trie;
  const ends = trie.ends.map((own) => [...own]);
  const failure = new Int32Array(trie.states);
  const queue = [...next.subarray(0, width)].filter((state) => state !== 0);
  for (const state of queue) {
    const fallback = failure[state] ?? 0;
    ends[state]?.push(...(ends[fallback] ?? []));
    for (let column = 0; column < width; column += 1) {
      const cell = state * width + column;
      const to = next[cell] ?? 0;
      const other = next[fallback * width + column] ?? 0;
      if (to === 0) {
        next[cell] = other;
        continue;
      }
      failure[to] = other;
      queue.push(to); // grows while it is walked
    }
  }
  return { next, ends };
}

/**
 * Renumbers the states so that those in which a keyword ends come last: one comparison tells them, and no state is
 * looked up twice. 16 bits a state, where they suffice, keep the table in the
 * processor's cache.
 */
function searcher(
  next: Int32Array,
  ends: readonly (readonly number[])[],
  alphabet: { columns: Uint8Array; width: number },
): Automaton['search'] {
  const { columns, width } = alphabet;
  const order = [...ends.keys()].toSorted(
    (a, b) => Number((ends[a]?.length ?? 0) > 0) - Number((ends[b]?.length ?? 0) > 0) || a - b,
  );
  const States = order.length <= 2 ** 16 ? Uint16Array : Uint32Array;
  const renamed = new States(order.length);
  for (const [to, from] of order.entries()) renamed[from] = to;
  const table = new States(order.length * width);
  for (const [to, from] of order.entries())
    for (let column = 0; column < width; column += 1)
      table[to * width + column] = renamed[next[from * width + column] ?? 0] ?? 0;
  const found = order.map((from) => ends[from] ?? []);
  const firstEnd = found.findIndex((own) => own.length > 0);
  let state = 0;
  // small, so that it is compiled early and stays so whatever a hit leads to
  const advance = (text: string, from: number, to: number): number => {
    let now = state;
    let at = from;
    while (at < to) {
      const code = text.charCodeAt(at);
      now = code < 128 ? (table[now * width + (columns[code] ?? 0)] ?? 0) : 0;
      at += 1;
      if (now >= firstEnd) break;
    }
    state = now;
    return at;
  };
  return (text, hit) => {
    state = 0;
    for (let at = 0; at < text.length;) {
      at = advance(text, at, Math.min(text.length, at + STRIDE));
      for (const keyword of found[state] ?? []) hit(keyword, at);
    }
  };
}
