// A small mask of our own for tests of the stream: finds `CANARY-` and eight letters, holds only what may still become one.
import type { ChannelMask, MaskEdit, MaskStep } from '../../src/model/secret.ts';

export const CANARY = ['CANARY', 'qwertzui'].join('-');
export const MASKED = 'AITRAIL_canary_0011aabb';
const WHOLE = /CANARY-[a-z]{8}/g;

/** @returns offset from which the text may still become a canary, its length where it cannot. */
function openFrom(text: string): number {
  for (let at = Math.max(0, text.length - CANARY.length + 1); at < text.length; at += 1) {
    const tail = text.slice(at);
    const word = tail.slice(0, 7);
    if ('CANARY-'.startsWith(word) && /^[a-z]*$/.test(tail.slice(7))) return at;
  }
  return text.length;
}

export function openCanaryMask(): ChannelMask {
  let text = '';
  let from = 0; // everything before is decided
  const step = (isEnd: boolean): MaskStep => {
    const decidedTo = isEnd ? text.length : Math.max(from, openFrom(text));
    const edits: MaskEdit[] = [];
    for (const found of text.slice(from, decidedTo).matchAll(WHOLE)) {
      const start = from + found.index;
      const end = start + found[0].length;
      edits.push({ start, end, replacement: MASKED, rule: 'canary', pointer: null });
    }
    from = decidedTo;
    return { decidedTo, edits };
  };
  return {
    push: (more) => {
      text += more;
      return step(false);
    },
    end: () => step(true),
  };
}

export const maskCanaries = (text: string): string => text.replaceAll(WHOLE, MASKED);
