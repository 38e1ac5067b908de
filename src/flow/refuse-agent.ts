// Verbs that unlock something are for people (DECISIONS 5): inside a recorded session or an agent's own shell they refuse,
// and the attempt becomes a leaf of the log.
import { stateHome } from '../config/places.ts';
import { formatLeaf } from '../log/leaf.ts';
import { findAgentSignals, SESSION_VARIABLE } from '../model/agent-signals.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { openStore } from '../store/open-store.ts';

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
  await recordAttempt(caller, verb);
  throw new Fault(
    'AGENT_NOT_ALLOWED',
    `${verb} is not for agents: ${signs.join(' and ')} ${signs.length === 1 ? 'is' : 'are'} set`,
  );
}

async function recordAttempt(caller: Caller, verb: string): Promise<void> {
  const leaf = formatLeaf({
    kind: 'event',
    id: `refused ${verb}`,
    at: new Date().toISOString(),
    digests: {},
  });
  try {
    const home = stateHome(caller.env);
    const store = await openStore({ home, mode: 'write', inProcess: true, lockWaitMs: 100 });
    try {
      await store.appendLog(leaf);
    } finally {
      await store.close();
    }
  } catch {
    // while the daemon holds the store only it can write; the refusal itself must not depend on that
  }
}
