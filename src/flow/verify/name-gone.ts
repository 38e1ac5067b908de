// What a note was told from may have been taken away since, by retention or because somebody asked. Its digests stay, in
// the note and in the log, so the note holds as before; whoever reads `verified` here learns that no audit can look it up.
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { isFault } from '../../model/fault.ts';
import type { Statement, StatementExchange } from '../../model/statement.ts';
import type { CommitVerdict } from '../../model/verdict.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';

type Gone = 'pruned' | 'erased';

/** @param statements of the commits whose notes hold. @returns the verdicts, those of such notes with the reason. */
export async function nameGone(
  caller: Caller,
  statements: ReadonlyMap<string, Statement>,
  verdicts: readonly CommitVerdict[],
): Promise<readonly CommitVerdict[]> {
  const home = stateHome(caller.env);
  if (!existsSync(join(home, 'store.db'))) return verdicts; // nothing was ever recorded on this machine
  try {
    const { openStore } = await import('../../store/open-store.ts');
    const store = await openStore({ home, mode: 'read' });
    try {
      return await nameIn(store, statements, verdicts);
    } finally {
      await store.close();
    }
  } catch (thrown) {
    if (isFault(thrown)) return verdicts; // no note depends on a store that cannot be read: doctor speaks of it
    throw thrown;
  }
}

async function nameIn(
  store: LocalStore,
  statements: ReadonlyMap<string, Statement>,
  verdicts: readonly CommitVerdict[],
): Promise<readonly CommitVerdict[]> {
  const known = new Map<string, Promise<Gone | null>>();
  const ask = (exchange: StatementExchange): Promise<Gone | null> => {
    const key = `${exchange.logIndex ?? ''} ${exchange.recordSha256 ?? ''}`;
    const answer = known.get(key) ?? findGone(store, exchange);
    known.set(key, answer);
    return answer;
  };
  const named: CommitVerdict[] = [];
  for (const verdict of verdicts) {
    const exchanges = statements.get(verdict.commit)?.predicate.exchanges ?? [];
    const gone = verdict.status === 'verified' ? await Promise.all(exchanges.map(ask)) : [];
    const reasons = [verdict.reason, reasonOf(gone, 'pruned'), reasonOf(gone, 'erased')];
    named.push({ ...verdict, reason: reasons.filter((each) => each !== null).join('; ') || null });
  }
  return named;
}

/** An index says something of this machine's own log alone: the leaf there must be the one that the note names. */
async function findGone(
  store: LocalStore,
  { logIndex, recordSha256 }: StatementExchange,
): Promise<Gone | null> {
  const gone = logIndex === null ? null : await store.findGone(logIndex);
  if (logIndex === null || gone === null) return null;
  const [leaf] = await store.readLog(logIndex, 1);
  return leaf !== undefined && hash('sha256', leaf.data) === recordSha256 ? gone : null;
}

const WHY = { pruned: 'went for their age', erased: 'were erased' } as const satisfies Record<
  Gone,
  string
>;

function reasonOf(gone: readonly (Gone | null)[], kind: Gone): string | null {
  const count = gone.filter((each) => each === kind).length;
  return count === 0
    ? null
    : `${kind}: ${count} of ${gone.length} recordings ${WHY[kind]}, their digests stay`;
}
