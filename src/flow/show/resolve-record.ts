// What a word on the command line names: a session, an exchange, or a commit.
import { openObjects } from '../../git/objects.ts';
import { readCommitFacts } from '../../git/commit-facts.ts';
import { findRepository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';

type Named =
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'exchange'; readonly exchange: Exchange; readonly session: Session }
  | { readonly kind: 'commit'; readonly commit: string };

/** Start of an id: its letter and at least two characters of ours. */
const SESSION_ID = /^s[0-9a-hjkmnp-tv-z]{2,10}$/;
const EXCHANGE_ID = /^x[0-9a-hjkmnp-tv-z]{2,12}$/;

/**
 * Ids of records win over names of branches: they are what other commands print.
 *
 * @throws Fault AMBIGUOUS_ID, NO_SUCH_SESSION, NO_SUCH_EXCHANGE, NO_SUCH_REVISION.
 */
export async function resolveRecord(caller: Caller, store: Store, word: string): Promise<Named> {
  if (SESSION_ID.test(word)) {
    const session = await store.findSession(word);
    if (session !== null) return { kind: 'session', session };
  }
  if (EXCHANGE_ID.test(word)) {
    const exchange = await store.findExchange(word);
    const session = exchange === null ? null : await store.findSession(exchange.session);
    if (exchange !== null && session !== null) return { kind: 'exchange', exchange, session };
  }
  const commit = await findCommitId(caller, word);
  if (commit !== null) return { kind: 'commit', commit };
  throw unknown(word);
}

/** The full id; null where there is no repository or no such commit in it. */
async function findCommitId(caller: Caller, revision: string): Promise<string | null> {
  const repository = await findRepository(caller);
  // a word that begins with a dash would be an option of git's
  if (repository === null || revision.startsWith('-')) return null;
  const id = await gitText(caller, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], {
    okExits: [0, 1, 128],
  });
  return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
}

/** @returns the first line of a commit's message; '' where it cannot be read. */
export async function readSubject(caller: Caller, commit: string): Promise<string> {
  const objects = openObjects(caller);
  try {
    const reading = await readCommitFacts(objects, commit);
    return reading.kind === 'commit' ? (reading.facts.subject.split('\n')[0] ?? '') : '';
  } finally {
    objects.close();
  }
}

function unknown(word: string): Fault {
  if (SESSION_ID.test(word))
    return new Fault('NO_SUCH_SESSION', `session ${word} is not in the store`);
  if (EXCHANGE_ID.test(word))
    return new Fault('NO_SUCH_EXCHANGE', `exchange ${word} is not in the store`);
  return new Fault('NO_SUCH_REVISION', `${word} is no session, exchange or commit`, {
    fix: 'list sessions: aitrail sessions; or name a commit: git log --oneline',
  });
}
