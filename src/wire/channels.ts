// Masking of one reply's channels: text goes in site by site, edits come out at the site they belong to.
import type { ChannelMask, MaskEdit, MaskRecord, MaskStep } from '../model/secret.ts';
import type { TextSite } from '../model/wire.ts';
import { argumentTextAt, isOfCall, type ArgumentText } from './argument-text.ts';
import type { TextEdit } from './json-spans.ts';
import { type MaskBook, openMaskBook } from './mask-book.ts';

export interface MaskPolicy {
  /** A scanner for the channel that the site starts, null where its text is not looked at. */
  openMask(site: TextSite): ChannelMask | null;
  /**
   * Does an edit change what the client gets, or the record alone? Not asked for sealed text.
   *
   * @param place finds the argument that the edit is in; null outside of calls.
   * @returns `later` where only the whole argument can tell: the call is held back until it is there.
   */
  reaches(site: TextSite, edit: MaskEdit, place: () => ArgumentText | null): Reach | 'later';
}

/** `client`: there and in the record. `back`: the client gets a value in place of its placeholder, the record keeps that. */
export type Reach = 'client' | 'record' | 'back';

export interface SiteEdit extends TextEdit {
  readonly span: { readonly reach: Reach | 'later' };
}

/** One secret in a channel's text; its edits may lie in many sites. */
interface Span {
  readonly edit: MaskEdit;
  /** In the channel's text; `end` moves while the secret goes on. */
  readonly start: number;
  end: number;
  reach: Reach | 'later';
}

/** The text of one site. Offsets of edits are its own. */
export interface Spot {
  readonly site: TextSite;
  readonly edits: readonly SiteEdit[];
  /** Nothing that comes later changes its edits any more. */
  readonly isDecided: boolean;
}

export interface Channels {
  /** Takes in the text; deltas are looked at by the next `flush`, all that came at once in one go. */
  add(site: TextSite, text: string): Spot;
  flush(): void;
  /** No more text in this channel: decides it. What comes under the same name afterwards is a new text. */
  close(name: string): void;
  /** @returns whether a channel was in the middle of something that was, or might be, a secret. */
  closeAll(): boolean;
  masks(): readonly MaskRecord[];
}

interface OpenSpot extends Spot {
  readonly edits: SiteEdit[];
  isDecided: boolean;
  /** In the channel's text. */
  readonly start: number;
  readonly end: number;
}

interface Channel {
  readonly site: TextSite;
  readonly mask: ChannelMask;
  readonly spots: OpenSpot[];
  /** Text that came since the last flush. */
  fresh: string;
  /** All text of a call's channel: what an edit reaches depends on it. Empty for others. */
  text: string;
  length: number;
  /** Of the latest edit: a span may go on. */
  span: Span | null;
  /** Spans that wait for the end of the text, in order. */
  readonly later: Span[];
  editedTo: number;
}

interface State {
  readonly policy: MaskPolicy;
  /** Channels with fresh text. */
  readonly fresh: Set<Channel>;
  readonly open: Map<string, Channel | null>;
  readonly records: MaskBook;
}

export function openChannels(policy: MaskPolicy): Channels {
  const state: State = { policy, fresh: new Set(), open: new Map(), records: openMaskBook() };
  return {
    add: (site, text) =>
      site.piece === 'whole' ? addWhole(state, site, text) : addDelta(state, site, text),
    flush: () => {
      for (const channel of state.fresh) flushChannel(state, channel);
      state.fresh.clear();
    },
    close: (name) => {
      endChannel(state, name);
    },
    closeAll: () => {
      const ends = [...state.open.keys()].map((name) => endChannel(state, name));
      return ends.includes(true);
    },
    masks: () => state.records.masks(),
  };
}

const decidedSpot = (site: TextSite): Spot => ({ site, edits: [], isDecided: true });

function openChannel(state: State, site: TextSite): Channel | null {
  const mask = state.policy.openMask(site);
  return mask === null
    ? null
    : { site, mask, spots: [], fresh: '', text: '', length: 0, span: null, later: [], editedTo: 0 };
}

function addWhole(state: State, site: TextSite, text: string): Spot {
  const channel = openChannel(state, site);
  if (channel === null || text === '') return decidedSpot(site);
  const spot = pushText(channel, site, text);
  flushChannel(state, channel);
  finish(state, channel);
  return spot;
}

function addDelta(state: State, site: TextSite, text: string): Spot {
  let channel = state.open.get(site.channel);
  if (channel === undefined) {
    channel = openChannel(state, site);
    state.open.set(site.channel, channel);
  }
  // an empty delta only waits for its turn in the order of events
  if (channel === null || text === '') return decidedSpot(site);
  state.fresh.add(channel);
  return pushText(channel, site, text);
}

function pushText(channel: Channel, site: TextSite, text: string): Spot {
  const start = channel.length;
  channel.length += text.length;
  channel.fresh += text;
  const spot: OpenSpot = { site, edits: [], isDecided: false, start, end: channel.length };
  channel.spots.push(spot);
  return spot;
}

function flushChannel(state: State, channel: Channel): void {
  const text = channel.fresh;
  channel.fresh = '';
  if (isOfCall(channel.site)) channel.text += text;
  if (text !== '') apply(state, channel, channel.mask.push(text));
}

function apply(state: State, channel: Channel, step: MaskStep): void {
  for (const edit of step.edits) {
    const span = spanOf(state, channel, edit);
    for (const spot of channel.spots) {
      const start = Math.max(edit.start, spot.start);
      const end = Math.min(edit.end, spot.end);
      if (start >= end) continue;
      // the placeholder goes whole where the secret starts; what follows of it is swallowed
      const replacement = start === edit.start ? edit.replacement : '';
      spot.edits.push({ start: start - spot.start, end: end - spot.start, replacement, span });
    }
    channel.editedTo = edit.end;
  }
  settle(channel, step.decidedTo);
}

/** Spots up to there are final, those that wait for a span's end and all behind them are not. */
function settle(channel: Channel, decidedTo: number): void {
  const finalTo = Math.min(decidedTo, channel.later[0]?.edit.start ?? decidedTo);
  let count = 0;
  for (const spot of channel.spots) {
    if (spot.end > finalTo) break;
    spot.isDecided = true;
    count += 1;
  }
  channel.spots.splice(0, count);
}

function spanOf(state: State, channel: Channel, edit: MaskEdit): Span {
  if (edit.replacement === '' && channel.span !== null) {
    channel.span.end = edit.end;
    return channel.span;
  }
  const reach =
    edit.restores === undefined ? reachOf(state, channel, { edit, isWhole: false }) : 'back';
  const span: Span = { edit, start: edit.start, end: edit.end, reach };
  channel.span = span;
  if (span.reach === 'later') channel.later.push(span);
  else keepRecord(state, channel.site, span);
  return span;
}

interface Asked {
  readonly edit: MaskEdit;
  /** Has all of the channel's text come? */
  readonly isWhole: boolean;
}

function reachOf(state: State, channel: Channel, { edit, isWhole }: Asked): Reach | 'later' {
  const { site } = channel;
  if (site.field === 'sealed') return 'record';
  const placed = site.pointer === null ? edit : { ...edit, pointer: site.pointer };
  return state.policy.reaches(site, placed, () => {
    const found = argumentTextAt(site, channel.text, edit.start);
    return found === null ? null : { ...found, isWhole, call: channel.text };
  });
}

function keepRecord(state: State, { channel }: TextSite, span: Span): void {
  const { edit, reach } = span;
  const mask = {
    rule: edit.rule,
    placeholder: edit.restores ?? edit.replacement,
    direction: reach === 'record' ? 'atRest' : 'toAgent',
    isForwarded: reach !== 'client',
    channel,
  } as const;
  state.records.add(mask, span);
}

/** No more text: everything is decided. */
function finish(state: State, channel: Channel): void {
  apply(state, channel, channel.mask.end());
  for (const span of channel.later.splice(0)) {
    const reach = reachOf(state, channel, { edit: span.edit, isWhole: true });
    span.reach = reach === 'later' ? 'record' : reach;
    keepRecord(state, channel.site, span);
  }
  settle(channel, channel.length);
}

function endChannel(state: State, name: string): boolean {
  const channel = state.open.get(name);
  state.open.delete(name);
  if (channel === undefined || channel === null) return false;
  flushChannel(state, channel);
  state.fresh.delete(channel);
  const isMidway =
    channel.spots.length > 0 || (channel.length > 0 && channel.editedTo === channel.length);
  finish(state, channel);
  return isMidway;
}
