// A reply that is one JSON document: nothing goes out before it is whole, and only touched strings differ.
import { parseJson } from '../model/json.ts';
import type { WireReply } from '../model/wire.ts';
import { openChannels } from './channels.ts';
import { openEventQueue, type EventQueue, type Released } from './event-queue.ts';
import { errorBodyOf, type Flow, type FlowOptions } from './flow.ts';
import { restSites } from './sites.ts';
import { openWindowFlow } from './window-flow.ts';

/** Longer ones pass through a window instead. */
const DOCUMENT_BYTES_MAX = 8 * 1024 * 1024;
/** A reply that rules judge cannot pass in pieces: longer ones are stopped. */
const JUDGED_BYTES_MAX = 64 * 1024 * 1024;

interface State {
  readonly options: FlowOptions;
  parts: Uint8Array[];
  heldBytes: number;
  /** Takes over where the body is too long, or no JSON after all. */
  window: Flow | null;
  reply: WireReply | null;
}

export function openDocumentFlow(options: FlowOptions): Flow {
  const state: State = { options, parts: [], heldBytes: 0, window: null, reply: null };
  const channels = openChannels(options);
  const queue = openQueue(state, channels);
  return {
    push: (bytes) => {
      if (state.window !== null) return state.window.push(bytes);
      state.parts.push(bytes);
      state.heldBytes += bytes.length;
      if (options.gate !== null && state.heldBytes > JUDGED_BYTES_MAX)
        throw new Error('the reply is too long to be judged');
      const isLong = options.gate === null && state.heldBytes > DOCUMENT_BYTES_MAX;
      return isLong ? openWindow(state, openWindowFlow(options)) : [];
    },
    end: (isCut) => (state.window === null ? endDocument(state, queue) : state.window.end(isCut)),
    reading: () => state.reply,
    masks: () => [...channels.masks(), ...(state.window?.masks() ?? [])],
    marks: () => queue.marks(),
    errorText: (error) => errorBodyOf(options.format, error),
  };
}

/** The document is the only event of its queue. */
function openQueue(state: State, channels: ReturnType<typeof openChannels>): EventQueue {
  const { format, clock } = state.options;
  return openEventQueue({
    channels,
    clock,
    sites: {
      read: (json) => ({
        sites: format?.bodySites(json) ?? restSites(json, []),
        closes: [],
        isTerminal: true,
        isKeepAlive: false,
      }),
    },
    reply: {
      push: (json) => {
        state.reply = format?.parseReply(json) ?? null;
      },
    },
  });
}

function openWindow(state: State, window: Flow): readonly Released[] {
  state.window = window;
  const held = state.parts;
  state.parts = [];
  return held.flatMap((bytes) => window.push(bytes));
}

function endDocument(state: State, queue: EventQueue): readonly Released[] {
  const raw = Buffer.concat(state.parts);
  const data = raw.toString('utf8');
  if (parseJson(data) !== undefined)
    return queue.push([{ raw, event: null, data, rewrite: (text) => Buffer.from(text, 'utf8') }]);
  const window = openWindowFlow(state.options);
  return [...openWindow(state, window), ...window.end(false)];
}
