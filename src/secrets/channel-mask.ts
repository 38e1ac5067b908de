// Masks one channel of a reply while it streams. Text goes out as soon as nothing that may still come can make it part
// of a secret: normally when the word ends. The buffer is scanned in windows; since no detector looks back further
// than LOOK_BEHIND, every way of cutting a text gives the same edits as the whole.
//
// Held at most: the last unfinished word, a quoted value that a key announced, a URL's user part, a beginning private
// key. A word of more than HOLD_MAX characters is decided at the next offset that is a multiple of STEP (so not where
// the chunks happened to end): masked and swallowed if it looks like a secret, else let through.
import type { ChannelMask, MaskEdit, MaskStep } from '../model/secret.ts';
import { RANK, type Candidate } from './candidate.ts';
import { findHold, isKeyDecisive, KEY_CHARACTERS_DECISIVE } from './hold.ts';
import type { Follow } from './follow.ts';
import type { Masker } from './mask-text.ts';
import { readPem, type PemState } from './pem.ts';
import { kindOf, makePlaceholder } from './placeholder.ts';
import { withRestored } from './restore-mask.ts';
import { LOOK_BEHIND, settle } from './scanner.ts';
import { endOfTokenRun } from './token-run.ts';
import { DELIMITER } from './word.ts';

export const HOLD_MAX = 2048;
const STEP = 1024;
const TRIM_AT = 128;

const REST_OF_WORD = /[^\s"'`,;(){}[\]<>\u0080-\uffff]*/y;

type Mode =
  | { readonly kind: 'scan' }
  | { readonly kind: 'swallow'; readonly rule: string }
  | { readonly kind: 'pass' }
  | { readonly kind: 'key'; readonly state: PemState; readonly rule: string };

interface Stream {
  readonly masker: Masker;
  readonly follow: Follow;
  /** Raw text, the last characters before `from` included as look-behind. */
  buffer: string;
  /** Offset of `buffer[0]` in the channel. */
  base: number;
  /** In the buffer: everything before is decided. */
  from: number;
  mode: Mode;
  edits: MaskEdit[];
}

/**
 * Opens a channel of plain text.
 *
 * @param context text that stands before the channel's first character without being part of it: a JSON key, say.
 */
export function openTextMask(masker: Masker, context: string = ''): ChannelMask {
  const mask = openSecretMask(masker, context);
  return masker.restore === undefined ? mask : withRestored(mask, masker.restore);
}

function openSecretMask(masker: Masker, context: string): ChannelMask {
  const stream: Stream = {
    masker,
    follow: masker.scanner.follow(),
    buffer: context,
    base: -context.length,
    from: context.length,
    mode: { kind: 'scan' },
    edits: [],
  };
  return {
    push: (text) => {
      pushSlices(stream, text);
      return takeStep(stream);
    },
    end: () => {
      advance(stream, 'end');
      return takeStep(stream);
    },
  };
}

function takeStep(stream: Stream): MaskStep {
  const edits = stream.edits;
  stream.edits = [];
  return { decidedTo: stream.base + stream.from, edits };
}

/** Cuts at multiples of STEP, where words that are too long are decided. */
function pushSlices(stream: Stream, text: string): void {
  for (let at = 0; at < text.length;) {
    const received = stream.base + stream.buffer.length;
    const slice = text.slice(at, at + STEP - (((received % STEP) + STEP) % STEP));
    at += slice.length;
    stream.buffer += slice;
    const isAtStep = (received + slice.length) % STEP === 0;
    const isQuiet = stream.mode.kind === 'scan' && !isAtStep && !DELIMITER.test(slice);
    if (!isQuiet) advance(stream, isAtStep ? 'step' : 'more');
  }
}

type Moment = 'more' | 'step' | 'end';

function advance(stream: Stream, moment: Moment): void {
  let before: Mode['kind'];
  do {
    before = stream.mode.kind;
    advanceMode(stream, moment); // a mode goes as far as it can: only another one can go further
  } while (before !== stream.mode.kind);
  trim(stream);
}

function advanceMode(stream: Stream, moment: Moment): void {
  const { mode } = stream;
  switch (mode.kind) {
    case 'scan':
      scanWindow(stream, moment);
      return;
    case 'swallow':
      swallow(stream, mode.rule);
      return;
    case 'pass':
      stream.from = endOf(REST_OF_WORD, stream);
      if (stream.from < stream.buffer.length) stream.mode = { kind: 'scan' };
      return;
    case 'key':
      readKey(stream, mode, moment);
  }
}

function endOf(pattern: RegExp, stream: Stream): number {
  pattern.lastIndex = stream.from;
  pattern.test(stream.buffer);
  return Math.max(pattern.lastIndex, stream.from);
}

function swallow(stream: Stream, rule: string): void {
  const end = endOfTokenRun(stream.buffer, stream.from);
  goOn(stream, end, rule);
  if (end < stream.buffer.length) stream.mode = { kind: 'scan' };
}

/** Covers more of a secret whose placeholder already stands. */
function goOn(stream: Stream, end: number, rule: string): void {
  if (end > stream.from) addEdit(stream, { start: stream.from, end, replacement: '', rule });
  stream.from = end;
}

function readKey(stream: Stream, mode: Mode & { kind: 'key' }, moment: Moment): void {
  const state = readPem(stream.buffer, mode.state);
  goOn(stream, Math.max(stream.from, state.end), mode.rule);
  const isOver = state.isDone || moment === 'end';
  stream.mode = isOver ? { kind: 'scan' } : { kind: 'key', state, rule: mode.rule };
}

function addEdit(stream: Stream, edit: Omit<MaskEdit, 'pointer'>): void {
  const { base } = stream;
  stream.edits.push({ ...edit, start: base + edit.start, end: base + edit.end, pointer: null });
}

function scanWindow(stream: Stream, moment: Moment): void {
  const { buffer, from } = stream;
  if (from >= buffer.length) return;
  const candidates = stream
    .follow({ text: buffer, base: stream.base, from })
    .filter((one) => one.start >= from);
  if (moment === 'end') {
    decide(stream, settle(candidates, buffer, RANK.cut), buffer.length);
    return;
  }
  const hold = Math.max(from, findHold(buffer, candidates, stream.masker.scanner));
  const key = candidates.find(
    (one) => one.start === hold && one.isOpen && isKeyDecisive(buffer, one),
  );
  if (key !== undefined) {
    decide(stream, settleBefore(candidates, hold, buffer), hold);
    beginKey(stream, key);
  } else if (moment === 'step' && buffer.length - hold > HOLD_MAX) force(stream, candidates);
  else decide(stream, settleBefore(candidates, hold, buffer), hold);
}

const settleBefore = (
  candidates: readonly Candidate[],
  hold: number,
  text: string,
): readonly Candidate[] =>
  settle(
    candidates.filter((one) => one.end <= hold),
    text,
  );

function decide(stream: Stream, settled: readonly Candidate[], to: number): void {
  for (const one of settled) {
    const { placeholder, value } = replace(stream, one);
    stream.masker.onMasked?.({ placeholder, rule: one.rule, value });
  }
  stream.from = Math.max(stream.from, to);
}

function replace(stream: Stream, one: Candidate): { placeholder: string; value: string } {
  const { masker, buffer } = stream;
  const secret = buffer.slice(one.start, one.end);
  const replacement = makePlaceholder(masker.key, kindOf(one.rule), secret);
  addEdit(stream, { start: one.start, end: one.end, replacement, rule: one.rule });
  return { placeholder: replacement, value: secret };
}

function beginKey(stream: Stream, key: Candidate): void {
  replace(stream, key); // its end has not been seen: no value to keep
  stream.from = key.end;
  const state: PemState = {
    start: key.start,
    end: key.end,
    at: key.end,
    characters: KEY_CHARACTERS_DECISIVE,
    isDone: false,
  };
  stream.mode = { kind: 'key', state, rule: key.rule };
}

/** A word that goes on and on. */
function force(stream: Stream, candidates: readonly Candidate[]): void {
  const { buffer } = stream;
  const settled = settle(candidates, buffer);
  const last = settled.at(-1);
  const isCut = last !== undefined && last.end === buffer.length;
  decide(stream, isCut ? settled.slice(0, -1) : settled, isCut ? last.start : buffer.length);
  if (isCut) replace(stream, last); // as above
  stream.from = buffer.length;
  stream.mode = isCut ? { kind: 'swallow', rule: last.rule } : { kind: 'pass' };
}

function trim(stream: Stream): void {
  const cut = stream.from - LOOK_BEHIND;
  if (cut < TRIM_AT) return;
  stream.buffer = stream.buffer.slice(cut);
  stream.base += cut;
  stream.from -= cut;
  const { mode } = stream;
  if (mode.kind !== 'key') return;
  const { state } = mode;
  stream.mode = {
    ...mode,
    state: { ...state, start: 0, end: state.end - cut, at: state.at - cut },
  };
}
