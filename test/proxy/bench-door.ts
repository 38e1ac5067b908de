// A door for tests: lets everything through to one upstream and notes what it was told.
import type { Door, Ending, Refusal, ReplyTap, Visit } from '../../src/proxy/door.ts';
import { joinUpstream } from '../../src/proxy/target.ts';

export interface Noted {
  path: string;
  body: Buffer;
  /** The recorded bytes. */
  readonly chunks: Uint8Array[];
  ending: Ending | null;
  /** Recorded bytes when the record was closed. */
  keptAtSettle: number;
}

export interface TestDoor extends Door {
  readonly noted: Noted[];
}

export interface DoorOptions {
  readonly upstream: string;
  readonly token?: string;
  /** Text of a chunk that ends the reply. */
  readonly terminal?: string;
  readonly refuseAtBegin?: Refusal;
  /** The record cannot be closed. */
  readonly isStoreBroken?: boolean;
  /** Resolves when the record may be closed. */
  readonly beforeSettle?: () => Promise<void>;
}

export function openTestDoor(options: DoorOptions): TestDoor {
  const noted: Noted[] = [];
  return {
    noted,
    turnedAway: () => undefined,
    admitTunnel: async () =>
      Promise.resolve({
        kind: 'refused',
        status: 407,
        code: 'TOKEN_UNKNOWN',
        message: 'no',
        format: null,
      }),
    admit: async (knock) => {
      await Promise.resolve();
      if (knock.token !== (options.token ?? 'token'))
        return { kind: 'refused', status: 401, code: 'TOKEN_UNKNOWN', message: 'no', format: null };
      const note: Noted = {
        path: knock.path,
        body: Buffer.alloc(0),
        chunks: [],
        ending: null,
        keptAtSettle: 0,
      };
      noted.push(note);
      return openVisit(options, note);
    },
  };
}

function openVisit(options: DoorOptions, note: Noted): Visit {
  return {
    kind: 'admitted',
    hop: null,
    take: null,
    release: () => Promise.resolve(),
    incoming: (headers) => headers,
    format: null,
    ...joinUpstream(options.upstream, 'anthropic-messages', note.path),
    stop: new AbortController().signal,
    outgoing: (headers) => headers,
    begin: async (body) => {
      await Promise.resolve();
      note.body = Buffer.from(body.bytes);
      return options.refuseAtBegin ?? null;
    },
    openReply: () => openTap(options, note),
    fail: async (ending) => {
      await Promise.resolve();
      note.ending = ending;
    },
  };
}

function openTap(options: DoorOptions, note: Noted): ReplyTap {
  return {
    push: (bytes) => {
      const { terminal } = options;
      const isTerminal = terminal !== undefined && Buffer.from(bytes).includes(terminal);
      return [{ client: bytes, record: bytes, isTerminal }];
    },
    end: () => [],
    held: () => null,
    resume: () => [],
    idle: () => null,
    keep: (record) => {
      note.chunks.push(record);
      return null;
    },
    settle: async (ending) => {
      await options.beforeSettle?.();
      if (options.isStoreBroken === true) throw new Error('the disk is full');
      note.ending ??= ending;
      note.keptAtSettle = Buffer.concat(note.chunks).length;
    },
    failure: () => Buffer.from('event: error\ndata: {}\n\n'),
  };
}

export const replyOf = (note: Noted | undefined): string =>
  Buffer.concat(note?.chunks ?? []).toString();
