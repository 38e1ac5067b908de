// Bodies that are not understood, of any size: masked as one long text, of which only the undecided end is held.
import { NO_MARKS } from '../model/event-marks.ts';
import type { ChannelMask, MaskEdit, MaskStep } from '../model/secret.ts';
import type { TextSite } from '../model/wire.ts';
import type { MaskPolicy, Reach } from './channels.ts';
import type { Released } from './event-queue.ts';
import { errorBodyOf, type Flow, type FlowOptions } from './flow.ts';
import { editText, type TextEdit } from './json-spans.ts';
import { type MaskBook, openMaskBook } from './mask-book.ts';
import { deltaSite } from './sites.ts';

interface State {
  readonly policy: MaskPolicy;
  readonly mask: ChannelMask | null;
  /** Undecided text; one character is one byte, so that bytes in any encoding, or none, stay what they are. */
  pending: string;
  /** Offset of `pending` in the whole text. */
  from: number;
  reach: Reach;
  readonly records: MaskBook;
  /** The latest: a secret may go on. */
  span: { readonly start: number; end: number };
}

const SITE: TextSite = deltaSite({ channel: 'body', path: [], field: 'text' });

export function openWindowFlow(options: FlowOptions): Flow {
  const state: State = {
    policy: options,
    mask: options.openMask(SITE),
    pending: '',
    from: 0,
    reach: 'record',
    records: openMaskBook(),
    span: { start: 0, end: 0 },
  };
  return {
    push: (bytes) => push(state, bytes),
    end: () => {
      const end = state.from + state.pending.length;
      const step = state.mask?.end() ?? { decidedTo: end, edits: [] };
      return pass(state, { ...step, decidedTo: end });
    },
    reading: () => null,
    masks: () => state.records.masks(),
    marks: () => NO_MARKS,
    errorText: (error) => errorBodyOf(options.format, error),
  };
}

function push(state: State, bytes: Uint8Array): readonly Released[] {
  if (state.mask === null)
    return [{ client: bytes, record: bytes, isTerminal: false, event: null }];
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const isFresh = state.pending === '';
  state.pending += text;
  const step = state.mask.push(text);
  const isAll = step.edits.length === 0 && step.decidedTo === state.from + state.pending.length;
  if (!isFresh || !isAll) return pass(state, step);
  state.from = step.decidedTo;
  state.pending = '';
  return [{ client: bytes, record: bytes, isTerminal: false, event: null }];
}

function pass(state: State, step: MaskStep): readonly Released[] {
  const edits = step.edits.map((edit) => ({
    start: edit.start - state.from,
    end: edit.end - state.from,
    replacement: edit.replacement,
    reach: reachOf(state, edit),
  }));
  const text = state.pending.slice(0, step.decidedTo - state.from);
  state.pending = state.pending.slice(text.length);
  state.from += text.length;
  if (text === '') return [];
  const record = encode(text, edits);
  const forClient = edits.filter((edit) => edit.reach === 'client');
  const client = forClient.length === edits.length ? record : encode(text, forClient);
  return [{ client, record, isTerminal: false, event: null }];
}

const encode = (text: string, edits: readonly TextEdit[]): Uint8Array =>
  Buffer.from(edits.length === 0 ? text : editText(text, edits), 'latin1');

function reachOf(state: State, edit: MaskEdit): Reach {
  if (edit.replacement === '') {
    state.span.end = edit.end; // the span that started before goes on
    return state.reach;
  }
  const reach = state.policy.reaches(SITE, edit, () => null);
  state.reach = reach === 'client' ? reach : 'record';
  state.span = { start: edit.start, end: edit.end };
  const isForClient = state.reach === 'client';
  const mask = {
    rule: edit.rule,
    placeholder: edit.replacement,
    direction: isForClient ? 'toAgent' : 'atRest',
    isForwarded: !isForClient,
    channel: SITE.channel,
  } as const;
  state.records.add(mask, state.span);
  return state.reach;
}
