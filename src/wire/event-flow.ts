// A reply that is a stream of events: server-sent ones, or JSON documents one after another.
import { openChannels, type Channels } from './channels.ts';
import { openEventQueue, type Frame, type Released } from './event-queue.ts';
import { ANY_SITES, errorBodyOf, type Flow, type FlowOptions } from './flow.ts';
import type { SiteReader, WireError } from './format.ts';
import { openSequenceFramer } from './json-sequence.ts';
import { wholeSite } from './sites.ts';
import { openSseFramer, reframe, type SseFrame } from './sse.ts';

/** No provider's event is longer: a broken upstream, or an attack. */
const EVENT_BYTES_MAX = 64 * 1024 * 1024;

interface EventFlowOptions extends FlowOptions {
  readonly kind: 'sse' | 'sequence';
}

const sseFrame = (frame: SseFrame): Frame => ({
  raw: frame.raw,
  event: frame.event,
  data: frame.hasData ? frame.data : null,
  rewrite: (data) => reframe(frame, data),
});

interface Framer {
  push(bytes: Uint8Array): readonly Frame[];
  end(): Uint8Array | null;
  heldBytes(): number;
}

function openFramer(kind: 'sse' | 'sequence'): Framer {
  if (kind === 'sequence') return openSequenceFramer();
  const framer = openSseFramer();
  return { ...framer, push: (bytes) => framer.push(bytes).map(sseFrame) };
}

export function openEventFlow(options: EventFlowOptions): Flow {
  const { format } = options;
  const channels = openChannels(options);
  const framer = openFramer(options.kind);
  const reply = format?.openReplyReader() ?? null;
  const sites = format?.openSiteReader() ?? ANY_SITES;
  const queue = openEventQueue({ channels, sites, reply, clock: options.clock });
  return {
    push: (bytes) => {
      const released = queue.push(framer.push(bytes));
      if (framer.heldBytes() > EVENT_BYTES_MAX) throw new Error('an event of the reply has no end');
      return released;
    },
    end: (isCut) => {
      const { released, isMidway } = queue.end();
      const rest = framer.end();
      // no client dispatches a torn event; where it might go on with a secret it is left out
      if (rest === null || (isMidway && isCut)) return released;
      return [...released, ...maskRest(rest, channels)];
    },
    reading: (isCut) => reply?.finish(isCut) ?? null,
    masks: () => channels.masks(),
    marks: () => queue.marks(),
    errorText: (error) => eventError(options, error),
  };
}

function eventError({ format, kind }: EventFlowOptions, error: WireError): string {
  if (kind === 'sequence') return `,${errorBodyOf(format, error)}]`; // the array is open
  return format?.errorEvent(error) ?? `event: error\ndata: ${errorBodyOf(null, error)}\n\n`;
}

/** Bytes outside of any event, as text. */
function maskRest(rest: Uint8Array, channels: Channels): readonly Released[] {
  const site = wholeSite({ channel: 'tail', path: [], field: 'text' });
  const sites: SiteReader = { read: () => ({ ...ANY_SITES.read('', null), sites: [site] }) };
  const queue = openEventQueue({ channels, sites, reply: null, clock: () => 0 });
  return queue.push([{ raw: rest, event: null, data: null, rewrite: () => rest }]);
}
