// Which session a request belongs to.
import { findAgent } from '../../agents/agents.ts';
import type { Recognised } from '../../agents/recognise-agent.ts';
import type { Session } from '../../model/session.ts';
import type { Admitted, Recorder } from '../record/record-exchange.ts';

interface Seen {
  readonly recognised: Recognised;
}

/** What is known of a session that the store cannot open. */
export const withoutStore = (
  { id, grant, startedAtMs }: Admitted,
  { recognised }: Seen,
): Session => ({
  id,
  grant: grant.id,
  conversation: recognised.conversation,
  agent: agentOf(recognised, grant.agent),
  agentVersion: recognised.version,
  parent: null,
  principal: grant.principal,
  identity: grant.identity,
  place: grant.place,
  startedAtMs,
  lastAtMs: startedAtMs,
  exchanges: 0,
  models: [],
});

export function joinSession(
  { sessions }: Recorder,
  { grant, startedAtMs }: Admitted,
  { recognised }: Seen,
): ReturnType<Recorder['sessions']['join']> {
  return sessions.join(grant.id, recognised.conversation, {
    agent: agentOf(recognised, grant.agent),
    agentVersion: recognised.version,
    parent: recognised.parent,
    place: grant.place,
    principal: grant.principal,
    identity: grant.identity,
    atMs: startedAtMs,
  });
}

/** A client that is known by its own marks is that client; a mere product token yields to what the person started. */
const agentOf = ({ agent }: Recognised, started: string | null): string | null =>
  agent !== null && findAgent(agent) !== null ? agent : (started ?? agent);
