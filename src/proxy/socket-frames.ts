// Messages of a WebSocket as the server-sent events that they stand for (the Responses API sends the same JSON both
// ways), so that one reply stream serves both, and back again into the very messages that came.
import { openSseFramer } from '../wire/sse.ts';

export interface SocketMessage {
  readonly bytes: Uint8Array;
  readonly isBinary: boolean;
}

/** Of one reply. */
export interface SocketFrames {
  /** @returns `data: …` and a blank line. */
  wrap(message: SocketMessage): Uint8Array;
  /**
   * @param bytes of the events in any cut.
   * @returns the messages that are whole now: as they came where nothing changed them, else with the new text.
   */
  unwrap(bytes: Uint8Array): readonly SocketMessage[];
}

/** Events of our own, a message each. */
export const messagesOf = (events: Uint8Array): readonly SocketMessage[] =>
  openSseFramer()
    .push(events)
    .map(({ data }) => ({ bytes: Buffer.from(data, 'utf8'), isBinary: false }));

interface Waiting {
  readonly data: string;
  readonly message: SocketMessage;
}

const LINE_END = /\r\n|\n|\r/;

export function openSocketFrames(): SocketFrames {
  const framer = openSseFramer();
  const waiting: Waiting[] = [];
  const original = (data: string): SocketMessage => {
    // keep-alives may have overtaken what is held; whatever else differs is the oldest, with a mask in it
    const at = waiting.findIndex((one) => one.data === data);
    const [found] = waiting.splice(Math.max(at, 0), 1);
    if (at >= 0 && found !== undefined) return found.message;
    return { bytes: Buffer.from(data, 'utf8'), isBinary: false };
  };
  return {
    wrap: (message) => {
      const { bytes } = message;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      const lines = text.split(LINE_END);
      waiting.push({ data: lines.join('\n'), message });
      return Buffer.from(`${lines.map((line) => `data: ${line}\n`).join('')}\n`, 'utf8');
    },
    unwrap: (bytes) =>
      framer
        .push(bytes)
        .filter((frame) => frame.hasData)
        .map((frame) => original(frame.data)),
  };
}
