// One exchange read again from its recorded bytes: what was new in the request, and what the reply said when.
import type { Asked, Replied, TimedText, Turn } from '../../model/conversation.ts';
import type { Emission } from '../../model/edit.ts';
import { parseJson } from '../../model/json.ts';
import type { EventMark, Exchange } from '../../model/session.ts';
import type { Block, TextSite, WireReply } from '../../model/wire.ts';
import type { Store } from '../../store/store.ts';
import type { WireFormat } from '../../wire/format.ts';
import { pickFormat } from '../../wire/formats.ts';
import { openSseFramer } from '../../wire/sse.ts';
import { readAsked } from '../judge/read-asked.ts';

/** Tool results that earlier turns have shown, by call id. Grows as turns are read. */
type SeenResults = Set<string>;

export async function readTurn(store: Store, exchange: Exchange, seen: SeenResults): Promise<Turn> {
  const format = pickFormat(exchange.protocol, exchange.method, exchange.url);
  if (format === null || exchange.wire === null)
    return { exchange, isSideCall: true, asked: [], replied: [] };
  const [request, reply, events, emissions] = await Promise.all([
    store.readRequest(exchange.id),
    store.readReply(exchange.id),
    store.readEvents(exchange.id),
    store.listEmissions(exchange.id),
  ]);
  const { isSideCall, asked } = await readAsked(store, { exchange, format, request });
  return {
    exchange,
    isSideCall,
    asked: asked.filter((part) => isNew(part, seen)),
    replied: readReplied({ format, reply, events, exchange }, emissions),
  };
}

/** History is sent again with every request: a result counts once. */
function isNew(part: Asked, seen: SeenResults): boolean {
  if (part.kind !== 'result' || part.callId === null) return true;
  if (seen.has(part.callId)) return false;
  seen.add(part.callId);
  return true;
}

interface RecordedReply {
  readonly format: WireFormat;
  readonly reply: Uint8Array;
  readonly events: readonly EventMark[];
  readonly exchange: Exchange;
}

function readReplied(recorded: RecordedReply, emissions: readonly Emission[]): readonly Replied[] {
  const { exchange, format, reply } = recorded;
  if (reply.length === 0) return [];
  const json = parseJson(Buffer.from(reply).toString('utf8'));
  // a document is complete when its last byte is there
  const endMs = Math.max(0, (exchange.endedAtMs ?? exchange.startedAtMs) - exchange.startedAtMs);
  const told =
    json === undefined ? tellStream(recorded) : tellDocument(format.parseReply(json), endMs);
  return told.map((step) => withEdits(step, emissions));
}

function tellDocument(reply: WireReply, atMs: number): readonly Replied[] {
  const blocks = reply.blocks.flatMap((block) => stepOf(block, { atMs, pieces: null }));
  return reply.error === null ? blocks : [...blocks, { kind: 'error', text: reply.error, atMs }];
}

/** Text that came since the last block ended, by what it is. */
interface Heard {
  readonly pieces: TimedText[];
  readonly thinking: TimedText[];
}

/** A block counts as said when the event that closes it has come. */
function tellStream(recorded: RecordedReply): readonly Replied[] {
  const reader = recorded.format.openReplyReader();
  const sites = recorded.format.openSiteReader();
  const steps: Replied[] = [];
  const heard: Heard = { pieces: [], thinking: [] };
  let toldBlocks = 0;
  let atMs = 0;
  const tell = (isCut: boolean): WireReply => {
    const reply = reader.finish(isCut);
    for (const block of reply.blocks.slice(toldBlocks))
      steps.push(...stepOf(block, { atMs, pieces: takePieces(heard, block) }));
    toldBlocks = Math.max(toldBlocks, reply.blocks.length);
    return reply;
  };
  for (const event of timedEvents(recorded)) {
    atMs = event.atMs;
    const data = parseJson(event.data) ?? event.data;
    const reading = sites.read(data, event.event);
    hear(heard, reading.sites, { data, atMs });
    reader.push(data, event.event);
    if (reading.closes.length > 0) tell(true);
  }
  const { error } = tell(recorded.exchange.outcome !== 'ok');
  return error === null ? steps : [...steps, { kind: 'error', text: error, atMs }];
}

function* timedEvents(
  recorded: RecordedReply,
): Generator<{ readonly event: string | null; readonly data: string; readonly atMs: number }> {
  const framer = openSseFramer();
  let offset = 0;
  let mark = 0;
  for (const frame of framer.push(recorded.reply)) {
    while (isBefore(recorded.events[mark], offset)) mark += 1;
    const atMs = recorded.events[mark]?.atMs ?? recorded.events.at(-1)?.atMs ?? 0;
    if (frame.hasData) yield { event: frame.event, data: frame.data, atMs };
    offset += frame.raw.length;
  }
}

const isBefore = (mark: EventMark | undefined, offset: number): boolean =>
  mark !== undefined && mark.offset + mark.length <= offset;

function hear(
  heard: Heard,
  sites: readonly TextSite[],
  event: { readonly data: unknown; readonly atMs: number },
): void {
  for (const site of sites) {
    const text = site.piece === 'delta' ? textAt(event.data, site.path) : null;
    if (text === null || text === '') continue;
    if (site.field === 'text') heard.pieces.push({ atMs: event.atMs, text });
    if (site.field === 'thinking' || site.field === 'sealed')
      heard.thinking.push({ atMs: event.atMs, text });
  }
}

function textAt(data: unknown, path: readonly (string | number)[]): string | null {
  let value: unknown = data;
  for (const step of path) {
    const members: Readonly<Record<string, unknown>> | null =
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value))
        : null;
    value = members?.[String(step)];
  }
  return typeof value === 'string' ? value : null;
}

/** The deltas of a text block, if they are exactly its text; they are used up. */
function takePieces(heard: Heard, block: Block): readonly TimedText[] | null {
  if (block.kind !== 'text' && block.kind !== 'thinking') return null;
  const pieces = (block.kind === 'text' ? heard.pieces : heard.thinking).splice(0);
  return pieces.map((piece) => piece.text).join('') === block.text ? pieces : null;
}

function stepOf(
  block: Block,
  timing: { readonly atMs: number; readonly pieces: readonly TimedText[] | null },
): readonly Replied[] {
  const { atMs } = timing;
  if (block.kind === 'text' || block.kind === 'thinking') {
    if (block.text.trim() === '') return [];
    const kind = block.kind === 'text' ? 'answer' : 'thinking';
    const pieces = timing.pieces ?? [{ atMs, text: block.text }];
    return [{ kind, text: block.text, atMs, pieces }];
  }
  if (block.kind !== 'tool-call') return [];
  const { id, name, input } = block.call;
  const step = { callId: id, tool: name, input, edits: [], outcome: 'unknown', atMs } as const;
  return [{ kind: 'call', ...step }];
}

/** Joins a call to what it wrote and what became of that. */
function withEdits(step: Replied, emissions: readonly Emission[]): Replied {
  if (step.kind !== 'call') return step;
  const own = emissions.filter((emission) => emission.callId === step.callId);
  const [first] = own;
  if (step.callId === null || first === undefined) return step;
  return { ...step, edits: own.map(({ edit }) => edit), outcome: first.outcome };
}
