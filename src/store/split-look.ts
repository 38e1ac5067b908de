// A first look at a reply: may a text be cut over its strings? Almost always the bytes on both sides of each quotation mark
// say no, and nothing else is made of them; who is told yes reads the strings themselves (src/store/split-forms.ts).

/** @returns is false only where no form stands in the strings of [from, to) together and in none alone. */
export type SplitLook = (bytes: Buffer, from: number, to: number) => boolean;

/** A form as far as a string may end with it; a later string then begins with the rest. */
interface Cut {
  readonly index: number;
  /** In a mask; others may have the same. */
  readonly bit: number;
  readonly begun: Uint8Array;
  readonly rest: Uint8Array;
}

const QUOTE = 34;
const BACKSLASH = 92;
const BITS = 30;
const BYTES = 256;
const PAIRS = 65_536;
const SIGNS: ReadonlyMap<number, number> = new Map(
  Array.from('\b\f\n\r\t"\\/', (plain, i) => [plain.charCodeAt(0), 'bfnrt"\\/'.charCodeAt(i)]),
);

/** @param forms none of them empty. */
export function openSplitLook(forms: readonly string[]): SplitLook {
  const cuts = cutsOf(forms);
  const ending = openMasks(cuts, ({ begun }) => endPairs(begun));
  const going = openMasks(cuts, ({ rest }) => startPairs(rest));
  const tables: Tables = { ending, going, hasEnded: new Uint8Array(cuts.length) };
  // what an escape of six signs stands for is for others to read
  return (bytes, from, to) =>
    bytes.subarray(from, to).includes('\\u') || mayBeSplit(tables, bytes, { from, to });
}

interface Tables {
  readonly ending: Masks;
  readonly going: Masks;
  /** With which cuts did a string of this reply end? */
  readonly hasEnded: Uint8Array;
}

function mayBeSplit(
  { ending, going, hasEnded }: Tables,
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  const [endMasks, startMasks, last] = [ending.masks, going.masks, to - 2];
  hasEnded.fill(0);
  let ended = 0;
  for (let at = from + 2; at < last; at += 1) {
    if (bytes[at] !== QUOTE) continue;
    const before = pairAt(bytes, at - 2);
    if ((endMasks[before] ?? 0) !== 0)
      ended |= markEnded(hasEnded, ending.cuts.get(before), { bytes, at });
    const after = pairAt(bytes, at + 1);
    if ((ended & (startMasks[after] ?? 0)) === 0) continue;
    if (goesOn(hasEnded, going.cuts.get(after), { bytes, at })) return true;
  }
  return false;
}

/** Where a quotation mark stands. */
interface Spot {
  readonly bytes: Uint8Array;
  readonly at: number;
}

type Cuts = readonly Cut[] | undefined;

// no closures in that loop: each byte would get a scope of its own
function markEnded(hasEnded: Uint8Array, cuts: Cuts, { bytes, at }: Spot): number {
  let bits = 0;
  if (cuts !== undefined)
    for (const { index, bit, begun } of cuts)
      if (hasEnded[index] === 0 && mayEndWith(bytes, at, begun)) {
        hasEnded[index] = 1;
        bits |= bit;
      }
  return bits;
}

function goesOn(hasEnded: Uint8Array, cuts: Cuts, { bytes, at }: Spot): boolean {
  if (cuts !== undefined)
    for (const { index, rest } of cuts)
      if (hasEnded[index] === 1 && mayGoOn(bytes, at + 1, rest)) return true;
  return false;
}

const cutsOf = (forms: readonly string[]): readonly Cut[] =>
  forms
    .flatMap((form) =>
      Array.from({ length: form.length - 1 }, (_, i) => ({
        begun: Buffer.from(form.slice(0, i + 1)),
        rest: Buffer.from(form.slice(i + 1)),
        // any string may end with a first character: these keep apart from the others
        isFirst: i === 0,
      })),
    )
    .map(({ isFirst, ...cut }, index) => ({
      ...cut,
      index,
      bit: isFirst ? 1 << BITS : 1 << (index % BITS),
    }));

interface Masks {
  /** By a pair of bytes: the bits of the cuts that it may stand for. */
  readonly masks: Int32Array;
  readonly cuts: ReadonlyMap<number, readonly Cut[]>;
}

function openMasks(all: readonly Cut[], pairsOf: (cut: Cut) => readonly number[]): Masks {
  const masks = new Int32Array(PAIRS);
  const cuts = new Map<number, Cut[]>();
  for (const cut of all)
    for (const pair of pairsOf(cut)) {
      masks[pair] = (masks[pair] ?? 0) | cut.bit;
      const known = cuts.get(pair);
      if (known === undefined) cuts.set(pair, [cut]);
      else known.push(cut);
    }
  return { masks, cuts };
}

const pairAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** As they are, or as JSON writes them; what stands before may be anything where the piece is one byte. */
function endPairs(piece: Uint8Array): readonly number[] {
  const [last = 0, before] = [piece.at(-1), piece.at(-2)];
  const sign = SIGNS.get(last);
  const escaped = sign === undefined ? [] : [(BACKSLASH << 8) | sign];
  if (before === undefined) return [...withAll((byte) => (byte << 8) | last), ...escaped];
  const befores = [before, ...present(SIGNS.get(before))];
  return [...befores.map((byte) => (byte << 8) | last), ...escaped];
}

function startPairs(rest: Uint8Array): readonly number[] {
  const [first = 0, second] = rest;
  const sign = SIGNS.get(first);
  const escaped = sign === undefined ? [] : [(BACKSLASH << 8) | sign];
  if (second === undefined) return [...withAll((byte) => (first << 8) | byte), ...escaped];
  return [...[second, QUOTE, BACKSLASH].map((byte) => (first << 8) | byte), ...escaped];
}

const withAll = (pair: (byte: number) => number): readonly number[] =>
  Array.from({ length: BYTES }, (_, byte) => pair(byte));

const present = (value: number | undefined): readonly number[] =>
  value === undefined ? [] : [value];

/** Backwards, until the string begins, or has an escape. */
function mayEndWith(bytes: Uint8Array, end: number, begun: Uint8Array): boolean {
  for (let i = 1; i <= begun.length; i += 1) {
    const byte = bytes[end - i];
    if (byte === begun[begun.length - i]) continue;
    return byte === BACKSLASH || bytes[end - i - 1] === BACKSLASH;
  }
  return true;
}

/** Until the string ends, or has an escape. */
function mayGoOn(bytes: Uint8Array, at: number, rest: Uint8Array): boolean {
  for (let i = 0; i < rest.length; i += 1) {
    const byte = bytes[at + i];
    if (byte === BACKSLASH) return true;
    if (byte === QUOTE) return i > 0;
    if (byte !== rest[i]) return false;
  }
  return true;
}
