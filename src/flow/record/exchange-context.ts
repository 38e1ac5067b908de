// In what context an exchange takes place: who asks, by which agent, where, and what a person had said last.
import { createHmac } from 'node:crypto';
import { lastUserTurn } from '../../agents/last-user-turn.ts';
import type { Recognised } from '../../agents/recognise-agent.ts';
import type { AddedText, ExchangeContext, Grant, Session, Trigger } from '../../model/session.ts';
import type { WireRequest } from '../../model/wire.ts';
import { atMost } from '../at-most.ts';
import type { Admitted, Recorder } from './record-exchange.ts';
import { keepsText } from './tombstone.ts';
import type { Stand } from '../observe/worktree-watch.ts';

/** Enough to know the task by; the request itself is recorded whole. */
const TEXT_CHARACTERS_MAX = 4000;

/** @param key the store's. @param request masked. */
function readTrigger(
  key: Uint8Array,
  request: WireRequest | null,
  hasContent: boolean,
): Trigger | null {
  const text = request === null ? null : lastUserTurn(request.messages);
  if (text === null) return null;
  const digest = createHmac('sha256', key).update(text).digest('hex');
  return { text: hasContent ? text.slice(0, TEXT_CHARACTERS_MAX) : null, digest };
}

interface Begun {
  readonly session: Session;
  readonly seen: { readonly request: WireRequest | null; readonly recognised: Recognised };
  readonly rest: { readonly request: WireRequest | null; readonly added?: AddedText };
}

/** As far as it is known before the request goes out. */
export function openContext(
  { key }: Pick<Recorder, 'key'>,
  admitted: Admitted,
  { session, seen, rest }: Begun,
): ExchangeContext {
  const trigger = readTrigger(key, rest.request ?? seen.request, keepsText(admitted));
  const context = contextOf(admitted.grant, session, { version: seen.recognised.version, trigger });
  return rest.added === undefined ? context : { ...context, added: rest.added };
}

export function contextOf(
  grant: Grant,
  session: Session,
  asked: { readonly version: string | null; readonly trigger: Trigger | null },
): ExchangeContext {
  const { claims: _, ...identity } = grant.identity;
  return {
    principal: grant.principal,
    identity,
    agent: session.agent,
    agentVersion: asked.version ?? session.agentVersion,
    place: grant.place,
    isDirty: null,
    trigger: asked.trigger,
  };
}

/** A look at a small worktree is through by then; the end of a reply waits no longer for one at a large one. */
const LOOK_WAIT_MS = 250;

/** With what was seen of the worktree while the model thought. */
export async function contextAtEnd({
  context,
  before,
}: {
  readonly context: ExchangeContext;
  readonly before: Promise<Stand | null>;
}): Promise<ExchangeContext> {
  let stand: Stand | null = null;
  await atMost(
    before.then((seen) => void (stand = seen)),
    LOOK_WAIT_MS,
  );
  return standingIn(context, stand);
}

function standingIn(context: ExchangeContext, stand: Stand | null): ExchangeContext {
  if (stand === null) return context;
  const { repository, worktree, head, isDirty } = stand;
  const remote = repository === context.place.repository ? context.place.remote : null;
  const { branch, commit } = head;
  return {
    ...context,
    place: { ...context.place, repository, worktree, remote, branch, head: commit },
    isDirty,
  };
}
