// A token's attempt may look at thousands of characters, so attempts are rationed: more starts than these in a block are
// no list of tokens but a text made to cost time.

/** 4,096 characters. */
const BLOCK_BITS = 12;
const TRIES_PER_BLOCK_MAX = 256;
const BLOCK_NUMBER_MAX = 2 ** 30;

/** May a keyword that ends at this offset be looked at? */
export type MayTry = (keyword: number, at: number) => boolean;

/** The counts are kept from one text to the next, so that a short one need not clear what it will not use. */
export function rationFor(keywords: number): (length: number) => MayTry {
  const blocks = new Int32Array(keywords).fill(-1);
  const tries = new Uint16Array(keywords);
  let next = 0; // block numbers are not used twice
  return (length) => {
    let first = next; // each text's own: while one is searched another may be
    next += (length >> BLOCK_BITS) + 1;
    if (next > BLOCK_NUMBER_MAX) {
      blocks.fill(-1);
      first = 0;
      next = (length >> BLOCK_BITS) + 1;
    }
    return (keyword, at) => {
      const block = first + (at >> BLOCK_BITS);
      const before = blocks[keyword] === block ? (tries[keyword] ?? 0) : 0;
      blocks[keyword] = block;
      tries[keyword] = before + 1;
      return before < TRIES_PER_BLOCK_MAX;
    };
  };
}

/** The same for one text whose length is not known: few keywords occur in it. */
export function openRation(): MayTry {
  const counts = new Map<number, { block: number; tries: number }>();
  return (keyword, at) => {
    const block = at >> BLOCK_BITS;
    const known = counts.get(keyword);
    const count = known?.block === block ? known : { block, tries: 0 };
    if (count !== known) counts.set(keyword, count);
    count.tries += 1;
    return count.tries <= TRIES_PER_BLOCK_MAX;
  };
}
