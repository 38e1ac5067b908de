// Verbs that unlock something are for people (DECISIONS 5): inside a recorded session or an agent's own shell they refuse.
// The attempt is recorded, and so are some verbs that an agent may type.
import { findAgentSignals, SESSION_VARIABLE } from '../../model/agent-signals.ts';
import type { Caller } from '../../model/caller.ts';
import type { EventKind } from '../../model/event.ts';
import { Fault } from '../../model/fault.ts';
import { recordEvent } from './record-event.ts';

/** Names of the variables that say an agent is asking. */
const agentSigns = (caller: Caller): readonly string[] => [
  ...[SESSION_VARIABLE].filter((name) => (caller.env[name] ?? '') !== ''),
  ...findAgentSignals(caller.env),
];

/**
 * @param verb as typed: `reveal`.
 * @throws Fault AGENT_NOT_ALLOWED.
 */
export async function refuseAgent(caller: Caller, verb: string): Promise<void> {
  const signs = agentSigns(caller);
  if (signs.length === 0) return;
  await record(caller, 'refused', verb); // the refusal itself does not depend on that
  throw new Fault(
    'AGENT_NOT_ALLOWED',
    `${verb} is not for agents: ${signs.join(' and ')} ${signs.length === 1 ? 'is' : 'are'} set`,
  );
}

/** Allowed to agents, and worth a record where one does it. Never throws. */
export async function noteAgent(caller: Caller, verb: string): Promise<void> {
  if (agentSigns(caller).length > 0) await record(caller, 'ran', verb);
}

async function record(caller: Caller, kind: EventKind, verb: string): Promise<void> {
  const session = caller.env[SESSION_VARIABLE] ?? '';
  const detail = {
    verb,
    variables: agentSigns(caller),
    // what stands in a variable is anybody's word: kept only where it looks like an id of ours
    grant: /^g[0-9a-z]{10}$/.test(session) ? session : null,
    directory: caller.cwd.slice(0, 500),
  };
  await recordEvent(caller, { kind, atMs: Date.now(), detail });
}
