// Part of a conversation: a long one is sent piece by piece.
import type { Turn } from '../../model/conversation.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { ReplayPage, Step, TurnView } from '../../model/pages.ts';
import type { Exchange, Session } from '../../model/session.ts';
import type { Store } from '../../store/store.ts';
import { readStore } from '../show/read-store.ts';
import { readTurn } from '../show/read-turn.ts';
import { readRulings } from './read-rulings.ts';
import { viewTurn, viewWholeStep } from './view-turn.ts';

export interface TurnsQuery {
  /** Start of the id of a session, or of an exchange. */
  readonly word: string;
  /** Index of the first exchange. */
  readonly first: number;
  readonly count: number;
}

/** A client that tries again sends the same tool results once more: those of the exchanges just before are left out. */
const BEFORE = 2;
/** Of one step: more than a person reads, less than a browser chokes on. */
const WHOLE_MAX = 16_000_000;
/** Of one text in a file that stands by itself. */
const FILE_TEXT_MAX = 500_000;

/** @throws Fault NO_SUCH_SESSION, AMBIGUOUS_ID. */
export const readTurns = (
  caller: Caller,
  { word, first, count }: TurnsQuery,
): Promise<ReplayPage> =>
  readStore(caller, async (store) => {
    const { session, exchanges } = await findConversation(store, word);
    const turns = await readSome(store, exchanges, { first, count });
    const rulings = await readRulings(store, session);
    const views = turns.map((turn) => viewTurn(turn, rulings(turn.exchange.id)));
    return { session, exchanges, first, turns: views };
  });

/** All of a session, with longer texts: nobody can ask for more of a file. @throws Fault NO_SUCH_SESSION. */
export const readWhole = (caller: Caller, word: string): Promise<ReplayPage> =>
  readStore(caller, async (store) => {
    const { session, exchanges } = await findConversation(store, word);
    const turns = await readSome(store, exchanges, { first: 0, count: exchanges.length });
    const rulings = await readRulings(store, session);
    const views = turns.map((turn) => viewTurn(turn, rulings(turn.exchange.id), FILE_TEXT_MAX));
    return { session, exchanges, first: 0, turns: views };
  });

/** One exchange by itself. @throws Fault NO_SUCH_EXCHANGE. */
export const readOneTurn = (caller: Caller, word: string): Promise<TurnView> =>
  readStore(caller, async (store) => viewTurn(await findTurn(store, word), []));

/** One step with all of its text. @throws Fault NO_SUCH_EXCHANGE. */
export const readStep = (caller: Caller, word: string, at: number): Promise<Step> =>
  readStore(caller, async (store) => {
    const step = viewWholeStep(await findTurn(store, word), at, WHOLE_MAX);
    if (step === null) throw new Fault('NO_SUCH_EXCHANGE', `exchange ${word} has no step ${at}`);
    return step;
  });

async function findConversation(
  store: Store,
  word: string,
): Promise<{ readonly session: Session; readonly exchanges: readonly Exchange[] }> {
  const id = word.startsWith('x') ? (await store.findExchange(word))?.session : word;
  const session = await store.findSession(id ?? word);
  if (session === null)
    throw new Fault('NO_SUCH_SESSION', `session ${word.slice(0, 40)} is not in the store`);
  return { session, exchanges: await store.listExchanges(session.id) };
}

async function findTurn(store: Store, word: string): Promise<Turn> {
  const exchange = await store.findExchange(word);
  if (exchange === null)
    throw new Fault('NO_SUCH_EXCHANGE', `exchange ${word.slice(0, 40)} is not in the store`);
  const exchanges = await store.listExchanges(exchange.session);
  const first = exchanges.findIndex(({ id }) => id === exchange.id);
  const [turn] = await readSome(store, exchanges, { first, count: 1 });
  return turn ?? { exchange, isSideCall: true, asked: [], replied: [] };
}

async function readSome(
  store: Store,
  exchanges: readonly Exchange[],
  { first, count }: Pick<TurnsQuery, 'first' | 'count'>,
): Promise<readonly Turn[]> {
  const seen = new Set<string>();
  const turns: Turn[] = [];
  const from = Math.max(0, first - BEFORE);
  for (const exchange of exchanges.slice(from, first + count))
    turns.push(await readTurn(store, exchange, seen));
  return turns.slice(first - from);
}
