// Turns placeholders of a channel back into the values that they stand for in this session, beside the mask that looks
// for secrets. A word that may still become a placeholder is held, so every way of cutting a text gives the same edits.
import type { ChannelMask, MaskEdit, MaskStep } from '../model/secret.ts';

/** What a placeholder stands for. */
export interface Restored {
  readonly value: string;
  readonly rule: string;
}

/** @returns null for a placeholder of somebody else, which stays what it is. */
export type Restore = (placeholder: string) => Restored | null;

const START = 'AITRAIL_';
/** No placeholder is longer. */
const LENGTH_MAX = 160;
const WORD = /[A-Za-z0-9_]{0,160}/y;

interface State {
  readonly mask: ChannelMask;
  readonly restore: Restore;
  /** Text that this side has not decided, and where it begins in the channel. */
  buffer: string;
  at: number;
  /** How far the mask has decided. */
  maskedTo: number;
  /** Decided by one side, not yet given out. */
  readonly masks: MaskEdit[];
  readonly restored: MaskEdit[];
}

/** @param mask of the same channel; where both want the same characters, it wins. */
export function withRestored(mask: ChannelMask, restore: Restore): ChannelMask {
  const state: State = {
    mask,
    restore,
    buffer: '',
    at: 0,
    maskedTo: 0,
    masks: [],
    restored: [],
  };
  return {
    push: (text) => {
      state.buffer += text;
      read(state, false);
      return join(state, mask.push(text));
    },
    end: () => {
      read(state, true);
      return join(state, mask.end());
    },
  };
}

function read(state: State, isEnd: boolean): void {
  const { buffer } = state;
  let done = 0;
  for (let start = buffer.indexOf(START); start >= 0; start = buffer.indexOf(START, done)) {
    WORD.lastIndex = start;
    const word = WORD.exec(buffer)?.[0] ?? '';
    const isOpen = start + word.length === buffer.length && word.length < LENGTH_MAX;
    if (isOpen && !isEnd) return leave(state, start);
    done = start + addRestored(state, word, start);
  }
  leave(state, isEnd ? buffer.length : buffer.length - beginning(buffer.slice(done)));
}

/** Everything before is decided. */
function leave(state: State, to: number): void {
  state.buffer = state.buffer.slice(to);
  state.at += to;
}

/** @returns how many characters at the end may be the beginning of a placeholder. */
function beginning(text: string): number {
  for (let length = Math.min(text.length, START.length - 1); length > 0; length -= 1)
    if (START.startsWith(text.slice(-length))) return length;
  return 0;
}

/** @param word from a placeholder's first letter on. @returns the length of what was read. */
function addRestored(state: State, word: string, start: number): number {
  for (let end = word.length; end > START.length; end = word.lastIndexOf('_', end - 1)) {
    const restores = word.slice(0, end);
    const found = state.restore(restores);
    if (found === null) continue;
    const at = state.at + start;
    const span = { start: at, end: at + end, pointer: null };
    state.restored.push({ ...span, replacement: found.value, rule: found.rule, restores });
    return end;
  }
  return START.length;
}

/** What both have decided. */
function join(state: State, step: MaskStep): MaskStep {
  state.masks.push(...step.edits);
  state.maskedTo = step.decidedTo;
  const crossing = (to: number): number =>
    [...state.masks, ...state.restored]
      .filter((edit) => edit.start < to && to < edit.end)
      .reduce((least, edit) => Math.min(least, edit.start), to);
  let decidedTo = Math.min(state.maskedTo, state.at);
  for (let to = crossing(decidedTo); to < decidedTo; to = crossing(decidedTo)) decidedTo = to;
  const masks = takeBefore(state.masks, decidedTo);
  const restored = takeBefore(state.restored, decidedTo).filter(
    (one) => !masks.some((mask) => mask.start < one.end && one.start < mask.end),
  );
  const edits = [...masks, ...restored].toSorted((a, b) => a.start - b.start);
  return { decidedTo, edits };
}

function takeBefore(edits: MaskEdit[], to: number): readonly MaskEdit[] {
  const behind = edits.findIndex((edit) => edit.end > to);
  return edits.splice(0, behind < 0 ? edits.length : behind);
}
