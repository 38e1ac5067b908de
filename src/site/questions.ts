// What the pages may ask and do: a name each. Everything goes through the same flows as the commands.
import { countLinesEach } from '../flow/attribute/count-lines.ts';
import { decideApproval } from '../flow/approve/decide-approval.ts';
import { listApprovals } from '../flow/approve/list-approvals.ts';
import { explainFile, listTracked } from '../flow/pages/explain-file.ts';
import { listPage } from '../flow/pages/list-page.ts';
import { readAbout, readStatus } from '../flow/pages/read-about.ts';
import { readOneTurn, readStep, readTurns } from '../flow/pages/read-turns.ts';
import type { SessionFilter } from '../flow/session/find-sessions.ts';
import { searchExchanges } from '../flow/show/search-exchanges.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { stringAt } from '../model/json.ts';
import type {
  ApprovalsPage,
  DecidedPage,
  FilePage,
  FilesPage,
  SearchPage,
  StatsPage,
} from '../model/pages.ts';
import { parseSearch } from '../model/search-query.ts';
import { decidedLine } from '../print/approval-lines.ts';
import { blameDocument } from '../print/blame-json.ts';
import { approvalView } from './approval-view.ts';

type Question = (caller: Caller, query: URLSearchParams) => Promise<object>;
type Write = (caller: Caller, body: unknown) => Promise<object>;

const PAGE_MAX = 1000;
/** Nobody reads further: they say more. */
const SEARCH_MAX = 100;

export const QUESTIONS: ReadonlyMap<string, Question> = new Map<string, Question>(
  Object.entries({
    about: (caller) => readAbout(caller),
    status: (caller) => readStatus(caller),
    sessions: (caller, query) => listPage(caller, readFilter(query)),
    replay: (caller, query) =>
      readTurns(caller, {
        word: wordIn(query, 'word'),
        first: countIn(query, 'first', 0),
        count: Math.min(PAGE_MAX, countIn(query, 'count', 20)),
      }),
    search: (caller, query): Promise<SearchPage> =>
      searchExchanges(caller, parseSearch(wordIn(query, 'query')), SEARCH_MAX),
    turn: (caller, query) => readOneTurn(caller, wordIn(query, 'exchange')),
    step: (caller, query) => readStep(caller, wordIn(query, 'exchange'), countIn(query, 'at', 0)),
    files: async (caller): Promise<FilesPage> => ({ paths: await listTracked(caller) }),
    file: askFile,
    stats: async (caller, query): Promise<StatsPage> => ({
      by: await countLinesEach(caller, query.get('range')),
    }),
    approvals: async (caller): Promise<ApprovalsPage> => {
      const { approvals, stale } = await listApprovals(caller);
      return { approvals: approvals.map(approvalView), stale };
    },
  } satisfies Record<string, Question>),
);

export const WRITES: ReadonlyMap<string, Write> = new Map<string, Write>(
  Object.entries({
    decide: async (caller, body): Promise<DecidedPage> => {
      const [answer, id] = [stringAt(body, 'answer'), stringAt(body, 'id') ?? ''];
      if (answer !== 'approve' && answer !== 'deny')
        throw new Fault('USAGE', 'the answer is approve or deny');
      const reason = (stringAt(body, 'reason') ?? '').trim();
      return { said: decidedLine(await decideApproval(caller, { answer, id, reason })) };
    },
  } satisfies Record<string, Write>),
);

async function askFile(caller: Caller, query: URLSearchParams): Promise<FilePage> {
  const path = wordIn(query, 'path');
  const { blamed, prompts } = await explainFile(caller, path, query.get('revision'));
  const facts = blamed.lines.map((line, at) => ({
    ...line,
    ...(blamed.origins[at] ?? { origin: null, isSigned: false }),
  }));
  const { commit, lines, summary } = blameDocument(blamed, facts, false);
  return { path: blamed.path, commit, lines, summary, prompts };
}

function readFilter(query: URLSearchParams): SessionFilter {
  const texts = ['user', 'repository', 'agent', 'model'] as const;
  const numbers = ['sinceMs', 'untilMs', 'limit', 'offset'] as const;
  const given = [
    ...texts.map((key) => [key, query.get(key) ?? ''] as const),
    ...numbers.map((key) => [key, query.has(key) ? countIn(query, key, 0) : ''] as const),
  ].filter(([, value]) => value !== '');
  const filter: SessionFilter = Object.fromEntries(given);
  return { ...filter, limit: Math.min(filter.limit ?? PAGE_MAX, PAGE_MAX) };
}

/** @throws Fault USAGE. */
function wordIn(query: URLSearchParams, name: string): string {
  const word = query.get(name) ?? '';
  if (word === '' || word.length > 4096) throw new Fault('USAGE', `${name} is missing or too long`);
  return word;
}

/** @throws Fault USAGE. */
function countIn(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw new Fault('USAGE', `${name} is not a count`);
  return Number(text);
}
