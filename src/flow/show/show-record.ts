// Everything that is known about one session, exchange or commit.
import type { Caller } from '../../model/caller.ts';
import type { Shown, ShownEdit } from '../../model/conversation.ts';
import { isWritten, type Emission } from '../../model/edit.ts';
import { Fault } from '../../model/fault.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import { readNoteClaims } from '../attribute/read-note-claims.ts';
import { readStore } from './read-store.ts';
import { readTurn } from './read-turn.ts';
import { readEditCommits, type Written } from './edit-commits.ts';
import { exchangesOfCommit, sessionsOfCommit } from './replay-session.ts';
import { readSubject, resolveRecord } from './resolve-record.ts';
import { readShownCommits } from '../attribute/shown-commits.ts';
import { parseLineWord, showLine } from './show-line.ts';

/** @throws Fault AMBIGUOUS_ID, NO_SUCH_SESSION, NO_SUCH_EXCHANGE, NO_SUCH_REVISION, NO_SUCH_FILE. */
export const showRecord = (caller: Caller, word: string): Promise<Shown> =>
  readStore(caller, async (store) => {
    const line = parseLineWord(word);
    if (line !== null) return showLine(caller, store, line);
    const named = await resolveRecord(caller, store, word);
    switch (named.kind) {
      case 'exchange':
        return showExchange(caller, store, named);
      case 'session':
        return showSession(caller, store, named.session);
      case 'commit':
        return showCommit(caller, store, named.commit);
    }
  });

/**
 * The recorded body, masked as it was stored.
 *
 * @throws Fault NO_SUCH_EXCHANGE where the word names anything but an exchange.
 */
export const readRaw = (
  caller: Caller,
  word: string,
  side: 'request' | 'response',
): Promise<Uint8Array> =>
  readStore(caller, async (store) => {
    const named = await resolveRecord(caller, store, word);
    if (named.kind !== 'exchange')
      throw new Fault('NO_SUCH_EXCHANGE', `${word} is a ${named.kind}, not one exchange`);
    return side === 'request'
      ? store.readRequest(named.exchange.id)
      : store.readReply(named.exchange.id);
  });

async function showExchange(
  caller: Caller,
  store: Store,
  { exchange, session }: { readonly exchange: Exchange; readonly session: Session },
): Promise<Shown> {
  const [context, turn, headers, events, emissions, commits] = await Promise.all([
    store.readContext(exchange.id),
    readTurn(store, exchange, new Set()),
    store.readHeaders(exchange.id),
    store.readEvents(exchange.id),
    store.listEmissions(exchange.id),
    store.findCommits(exchange.id),
  ]);
  return {
    kind: 'exchange',
    session,
    context,
    turn,
    headers,
    events,
    edits: await listEdits(caller, [{ emissions, records: commits }]),
    commits: await readShownCommits(caller, commits),
  };
}

async function showSession(caller: Caller, store: Store, session: Session): Promise<Shown> {
  const exchanges = await store.listExchanges(session.id);
  const written: Written[] = [];
  for (const { id } of exchanges) {
    const [emissions, records] = [await store.listEmissions(id), await store.findCommits(id)];
    written.push({ emissions, records });
  }
  const records = new Map(
    written.flatMap((one) => one.records.map((record) => [record.logIndex, record] as const)),
  );
  const edits = await listEdits(caller, written);
  const oldest = [...records.values()].toSorted((a, b) => a.logIndex - b.logIndex);
  const commits = await readShownCommits(caller, oldest);
  return { kind: 'session', session, exchanges, edits, commits };
}

async function showCommit(caller: Caller, store: Store, commit: string): Promise<Shown> {
  const [subject, note, ids, sessions] = await Promise.all([
    readSubject(caller, commit),
    readNoteClaims(caller, commit),
    exchangesOfCommit(caller, store, commit),
    sessionsOfCommit(caller, store, commit),
  ]);
  const found = await Promise.all(ids.map((id) => store.findExchange(id)));
  const exchanges = found
    .filter((exchange) => exchange !== null)
    .toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  return { kind: 'commit', commit, subject, note, exchanges, sessions };
}

async function listEdits(
  caller: Caller,
  written: readonly Written[],
): Promise<readonly ShownEdit[]> {
  const commitsOf = await readEditCommits(caller, written);
  return written.flatMap(({ emissions, records }) =>
    emissions
      .filter(isWritten)
      .map((emission) => shownEdit(emission, commitsOf(emission, records))),
  );
}

const shownEdit = (emission: Emission, commits: readonly string[]): ShownEdit => ({
  exchange: emission.exchange,
  tool: emission.tool,
  path: emission.path,
  kind: emission.edit.kind,
  outcome: emission.outcome,
  ...(emission.outcomeSource === 'client' ? { source: 'client' as const } : {}),
  commits,
});
