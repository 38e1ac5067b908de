// What is known of a request when its reply comes.
import { setTimeout as sleep } from 'node:timers/promises';
import { findTold } from '../../agents/last-user-turn.ts';
import type { Recognised } from '../../agents/recognise-agent.ts';
import type { Asked } from '../../model/conversation.ts';
import type { MaskRecord } from '../../model/secret.ts';
import type { ExchangeContext, Session } from '../../model/session.ts';
import type { WireRequest } from '../../model/wire.ts';
import type { PassedBody, RequestBody } from '../../proxy/door.ts';
import { askedIn } from '../judge/read-asked.ts';
import type { Admitted, Recorder } from './record-exchange.ts';
import type { AtRest } from './request-at-rest.ts';
import { keepsText } from './tombstone.ts';
import type { SessionVeil } from '../mask/veil-book.ts';
import type { Stand } from '../observe/worktree-watch.ts';

/** What the reply's side needs to know. */
export interface RequestFacts {
  readonly session: Session;
  readonly recognised: Recognised;
  readonly agent: string | null;
  /** In the request, masked in the record and forwarded as they were. */
  readonly masks: readonly MaskRecord[];
  /** False where policy asks for no more than a tombstone, or for no text. */
  readonly hasContent: boolean;
  /** What it writes is told from other lines: also where no text is kept. */
  readonly hasEvidence: boolean;
  /** False where recording failed and policy lets the request pass all the same. */
  readonly isRecorded: boolean;
  /** What the person said with this request, masked; null where it is short, or nothing new. */
  readonly told: string | null;
  /** What the session hides from the model; null where policy hides nothing. */
  readonly veil: SessionVeil | null;
  /** Of a body that streams past: what it was, once it has. */
  readonly passed: (() => PassedBody) | null;
  /** Resolves when it is known what stood in the worktree before the model spoke. */
  readonly before: Promise<Stand | null>;
  /** As far as it was known at the beginning. */
  readonly context: ExchangeContext;
  /** What the request added to the conversation, masked. */
  readonly asked: readonly Asked[];
}

interface Beginning {
  readonly session: Session;
  readonly seen: { readonly request: WireRequest | null; readonly recognised: Recognised };
  readonly rest: AtRest;
  readonly body: RequestBody;
  readonly veil: SessionVeil | null;
  readonly context: ExchangeContext;
}

export function factsOf(
  recorder: Recorder,
  admitted: Admitted,
  { session, seen, rest, body, veil, context }: Beginning,
): RequestFacts {
  const hasEvidence = admitted.connection.isRecorded;
  const directory = seen.recognised.directory ?? admitted.grant.place.worktree;
  const moment = { exchange: admitted.id, moment: 'before' } as const;
  return {
    session,
    recognised: seen.recognised,
    agent: session.agent,
    masks: rest.masks,
    told: findTold((rest.request ?? seen.request)?.messages ?? []),
    hasContent: keepsText(admitted),
    hasEvidence,
    isRecorded: true,
    veil,
    passed: body.kind === 'start' ? body.passed : null,
    context,
    asked: askedIn((rest.request ?? seen.request)?.messages ?? []),
    before: hasEvidence
      ? sleep(FORWARD_FIRST_MS)
          .then(() => recorder.watch.look(directory, moment))
          .then(() => recorder.watch.stand(directory))
      : NOTHING,
  };
}

const NOTHING = Promise.resolve(null);
/** Starting git blocks this thread for some milliseconds: the request goes out first, the model thinks meanwhile. */
const FORWARD_FIRST_MS = 3;
