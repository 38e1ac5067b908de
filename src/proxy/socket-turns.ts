// The exchanges of one WebSocket: each `response.create` of the client is one, recorded before it goes on; the
// upstream's messages belong to the oldest that has not ended, as a model answers them one after the other.
import type { WebSocket } from 'ws';
import { parseJson, stringAt } from '../model/json.ts';
import type { WireFormat } from '../wire/format.ts';
import { makeIdleEvent } from '../wire/idle-event.ts';
import { conclude } from './conclude.ts';
import type { Door, Knock, Refusal, ReplyHead, ReplyTap, Visit } from './door.ts';
import { giveSigns } from './give-signs.ts';
import { type Inbox, openInbox } from './inbox.ts';
import type { Outlet } from './outlet.ts';
import { pumpReply } from './pump.ts';
import { describeFailure, plainRefusal, refusalBody } from './refuse.ts';
import { messagesOf, openSocketFrames } from './socket-frames.ts';
import type { SocketFrames, SocketMessage } from './socket-frames.ts';

export interface SocketParts {
  readonly door: Door;
  readonly knock: Knock;
  readonly format: WireFormat;
  readonly client: WebSocket;
  readonly upstream: WebSocket;
  /** Of the upstream's handshake. */
  readonly head: ReplyHead;
}

export interface Turns {
  /** A message of the client. */
  ask(message: SocketMessage): void;
  /** A message of the upstream. */
  answer(message: SocketMessage): void;
  /** The upstream has gone. @param close called when everything that came has been passed on. */
  end(close: () => void): void;
  isIdle(): boolean;
}

interface Turn {
  readonly inbox: Inbox;
  readonly frames: SocketFrames;
  readonly tap: ReplyTap;
  /** Says which message ends the reply. */
  readonly reader: ReturnType<WireFormat['openSiteReader']>;
}

interface State extends SocketParts {
  /** The first gets what the upstream sends. */
  readonly open: Turn[];
  last: Turn | null;
  /** When the client hangs up: aborted, resolved. */
  readonly gone: AbortController;
  readonly closed: Promise<unknown>;
  /** Requests, and replies, each in their order. */
  asking: Promise<void>;
  answering: Promise<void>;
  /** Replies that have not been passed on whole. */
  under: number;
}

/** Above this the faster side waits. */
const HELD_BYTES_MAX = 1024 * 1024;

export function openTurns(parts: SocketParts): Turns {
  const state: State = {
    ...parts,
    open: [],
    last: null,
    gone: new AbortController(),
    closed: new Promise((resolve) => parts.client.once('close', resolve)),
    asking: Promise.resolve(),
    answering: Promise.resolve(),
    under: 0,
  };
  void state.closed.then(() => state.gone.abort());
  return {
    ask: (message) => {
      state.client.pause();
      state.under += 1;
      state.asking = after(state.asking, () => askOne(state, message));
    },
    answer: (message) => answer(state, message),
    end: (close) => {
      cutOpen(state);
      state.asking = after(state.asking, async () => {
        cutOpen(state); // what was asked meanwhile
        await state.answering;
        close();
      });
    },
    isIdle: () => state.under === 0,
  };
}

async function after(earlier: Promise<void>, act: () => Promise<void>): Promise<void> {
  await earlier;
  await act();
}

function cutOpen({ open }: State): void {
  for (const turn of open.splice(0)) turn.inbox.close(true);
}

async function askOne(state: State, message: SocketMessage): Promise<void> {
  try {
    await ask(state, message);
  } catch (thrown) {
    await refuseTurn(state, bug(thrown));
  } finally {
    state.under -= 1;
    if (state.client.readyState === state.client.OPEN) state.client.resume();
  }
}

async function ask(state: State, message: SocketMessage): Promise<void> {
  const { bytes } = message;
  const json = parseJson(Buffer.from(bytes).toString('utf8'));
  if (stringAt(json, 'type') !== 'response.create') return send(state.upstream, [message]);
  const visit = await state.door.admit(state.knock);
  if (visit.kind === 'refused') return refuseTurn(state, visit);
  const begun = await begin(state, visit, bytes);
  if (begun?.kind === 'answered')
    return send(state.client, messagesOf(Buffer.from(begun.reply.body)));
  if (begun?.kind === 'refused') return refuseTurn(state, begun);
  const tap = visit.openReply(state.head);
  const turn: Turn = {
    inbox: openInbox(() => resumeUpstream(state)),
    frames: openSocketFrames(),
    tap,
    reader: state.format.openSiteReader(),
  };
  state.open.push(turn);
  state.last = turn;
  state.under += 1;
  state.answering = after(state.answering, async () => {
    await passReply(state, turn, visit);
    state.under -= 1;
  });
  const asked = begun === null ? bytes : begun.body;
  await send(state.upstream, [{ ...message, bytes: asked }]);
}

/** A request may wait for somebody to agree to it: here signs of life need no head of a reply. */
async function begin(
  { client, format, gone }: State,
  visit: Visit,
  bytes: Uint8Array,
): ReturnType<Visit['begin']> {
  const begun = visit.begin({ kind: 'whole', bytes }, AbortSignal.any([gone.signal, visit.stop]));
  const sign = messagesOf(Buffer.from(makeIdleEvent(format.name, null), 'utf8'));
  await giveSigns(begun, () => send(client, sign));
  return begun;
}

async function passReply(state: State, turn: Turn, visit: Visit): Promise<void> {
  const { tap, inbox, frames } = turn;
  try {
    const outlet = openSocketOutlet(state, frames);
    const passed = await pumpReply({ source: inbox.read(), tap, outlet, stop: visit.stop });
    await conclude(passed, tap, { outlet, visit });
  } catch {
    state.client.terminate(); // why a record could not be closed is told by its recorder
  }
}

function answer(state: State, message: SocketMessage): void {
  const [turn] = state.open;
  if (turn === undefined) return answerLate(state, message);
  turn.inbox.put(turn.frames.wrap(message));
  if (turn.inbox.heldBytes() > HELD_BYTES_MAX) state.upstream.pause();
  const json = parseJson(Buffer.from(message.bytes).toString('utf8'));
  if (!turn.reader.read(json, null).isTerminal) return;
  state.open.shift();
  turn.inbox.close(false);
}

function resumeUpstream({ open, upstream }: State): void {
  const isFull = (open[0]?.inbox.heldBytes() ?? 0) > HELD_BYTES_MAX;
  if (upstream.isPaused && !isFull && upstream.readyState === upstream.OPEN) upstream.resume();
}

/** Between two replies nothing is asked and nothing recorded; what comes then passes the masks of the last reply. */
function answerLate(state: State, message: SocketMessage): void {
  const { last, client } = state;
  state.answering = after(state.answering, async () => {
    if (client.readyState !== client.OPEN) return;
    const late =
      last === null
        ? [message]
        : last.tap
            .push(last.frames.wrap(message))
            .flatMap((piece) => last.frames.unwrap(piece.client));
    await send(client, late);
  });
}

/** The form that the provider's own refusals have on a socket. */
async function refuseTurn({ client }: State, refusal: Refusal): Promise<void> {
  const body = parseJson(refusalBody(refusal));
  const fields = typeof body === 'object' ? body : {};
  const text = JSON.stringify({ type: 'error', status: refusal.status, ...fields });
  if (client.readyState === client.OPEN)
    await send(client, [{ bytes: Buffer.from(text), isBinary: false }]);
}

const bug = (thrown: unknown): Refusal => plainRefusal(500, 'BUG', describeFailure(thrown));

function openSocketOutlet({ client, closed }: State, frames: SocketFrames): Outlet {
  return {
    isStream: true,
    write: (bytes) => {
      if (bytes.length === 0) return null;
      if (client.readyState !== client.OPEN) throw new Error('the client has gone');
      const sent = send(client, frames.unwrap(bytes));
      return client.bufferedAmount > HELD_BYTES_MAX ? sent : null;
    },
    tell: (sign) => send(client, messagesOf(sign)),
    end: () => undefined, // the next request may come on the same socket
    cut: () => undefined, // the socket closes once the replies before have passed
    refuse: () => client.terminate(),
    isGone: () => client.readyState !== client.OPEN,
    gone: () => closed,
  };
}

/** Resolves when the last message is on its way, or cannot be: a closed socket is seen by its close. */
function send(socket: WebSocket, messages: readonly SocketMessage[]): Promise<void> {
  return new Promise((resolve) => {
    const last = messages.length - 1;
    if (last < 0) resolve();
    for (const [index, { bytes, isBinary }] of messages.entries())
      socket.send(bytes, { binary: isBinary }, () => {
        if (index === last) resolve();
      });
  });
}
