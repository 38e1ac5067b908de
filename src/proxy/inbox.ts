// What one side of a socket has sent and the other has not read yet.
import { EventEmitter, once } from 'node:events';

export interface Inbox {
  put(bytes: Uint8Array): void;
  /** No more. @param isCut the reader sees a broken stream instead of its end, after what was put in before. */
  close(isCut: boolean): void;
  /** Put in and not read yet. */
  heldBytes(): number;
  /** To be read once. */
  read(): AsyncIterable<Uint8Array>;
}

/** @param onRead called after each chunk that was taken. */
export function openInbox(onRead: () => void): Inbox {
  const chunks: Uint8Array[] = [];
  const bell = new EventEmitter();
  let held = 0;
  let state: 'open' | 'ended' | 'cut' = 'open';
  async function* read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        held -= chunk.length;
        onRead();
        yield chunk;
      } else if (state === 'ended') return;
      else if (state === 'cut') throw new Error('the other side closed in the middle');
      else await once(bell, 'ring');
    }
  }
  return {
    put: (bytes) => {
      if (state !== 'open') return;
      chunks.push(bytes);
      held += bytes.length;
      bell.emit('ring');
    },
    close: (isCut) => {
      if (state === 'open') state = isCut ? 'cut' : 'ended';
      bell.emit('ring');
    },
    heldBytes: () => held,
    read,
  };
}
