// What the hook can say about how a commit came to be: did pre-commit check this very tree, was an agent at work, was
// it recorded?
import type { Repository } from '../../git/open-repository.ts';
import { findAgentSignals, SESSION_VARIABLE } from '../../model/agent-signals.ts';
import type { Predicate } from '../../model/statement.ts';
import type { Store } from '../../store/store.ts';
import { readChecked } from '../commit/checked-tree.ts';

/** An agent's session may rest that long before its commit. */
const RECENT_MS = 12 * 60 * 60 * 1000;

/** @param tree of the commit. */
export async function readCoverage(
  repository: Repository,
  store: Store | null,
  tree: string,
): Promise<Predicate['coverage']> {
  const checked = await readChecked(repository);
  const agentSignals = findAgentSignals(repository.caller.env);
  return {
    preCommit: checked?.tree === tree ? 'ran' : 'absent',
    recorder: store === null ? 'off' : await judgeRecorder(repository, store, agentSignals),
    agentSignals,
  };
}

/** An agent's variables without a recorded exchange in this repository lately: it worked around the recorder. */
async function judgeRecorder(
  repository: Repository,
  store: Store,
  signals: readonly string[],
): Promise<'active' | 'gap'> {
  const isInside = (repository.caller.env[SESSION_VARIABLE] ?? '') !== '';
  if (signals.length === 0 || isInside) return 'active';
  const sinceMs = Date.now() - RECENT_MS;
  const sessions = await store.listSessions({
    repository: repository.commonDir,
    sinceMs,
    limit: 1,
  });
  return sessions.length > 0 ? 'active' : 'gap';
}
