// What `aitrail show` prints.
import type { Shown, ShownCommit, ShownEdit, ShownNote } from '../model/conversation.ts';
import { type Exchange, type Session, TOMBSTONE_HEADER } from '../model/session.ts';
import { cutLines, type Page } from './edit-lines.ts';
import { contextDocument, contextFacts, identityFacts } from './context-lines.ts';
import { exchangeDocument } from './exchange-document.ts';
import { bytesText, counted, duration, localMinute, localSecond } from './moments.ts';
import { fitColumns, padColumns, plainLine } from './plain-text.ts';
import { lineDocument, lineText } from './line-lines.ts';
import { turnDocument } from './replay-lines.ts';
import { agentOf, sessionDocument, whereOf } from './session-lines.ts';
import { editCount, turnPieces } from './turn-lines.ts';

const LABEL_COLUMNS = 11;

/** @returns lines ended by LF. */
export function shownText(shown: Shown, page: Page): string {
  switch (shown.kind) {
    case 'line':
      return lineText(shown, page);
    case 'exchange':
      return exchangeText(shown, page);
    case 'session':
      return sessionText(shown, page);
    case 'commit':
      return commitText(shown, page);
  }
}

/** `aitrail.show/1`. */
export function shownDocument(shown: Shown): object {
  const schema = 'aitrail.show/1';
  switch (shown.kind) {
    case 'line':
      return { schema, ...lineDocument(shown) };
    case 'exchange': {
      const { turn, session, headers, events, edits, commits } = shown;
      const context = contextDocument(shown.context);
      const told = { ...turnDocument(turn), session: sessionDocument(session) };
      return { schema, kind: shown.kind, ...told, context, headers, events, edits, commits };
    }
    case 'session': {
      const { session, exchanges, edits, commits } = shown;
      const listed = exchanges.map(exchangeDocument);
      return {
        schema,
        kind: shown.kind,
        session: sessionDocument(session),
        exchanges: listed,
        edits,
        commits,
      };
    }
    case 'commit': {
      const { commit, subject, note, exchanges, sessions } = shown;
      const listed = {
        exchanges: exchanges.map(exchangeDocument),
        sessions: sessions.map(sessionDocument),
      };
      return { schema, kind: shown.kind, commit, subject, note, ...listed };
    }
  }
}

function exchangeText(shown: Extract<Shown, { kind: 'exchange' }>, page: Page): string {
  const { exchange } = shown.turn;
  const { usage } = exchange;
  const took =
    exchange.endedAtMs === null ? 'open' : duration(exchange.endedAtMs - exchange.startedAtMs);
  const facts = [
    fact('exchange', page.style.bold(exchange.id)),
    fact('session', `${shown.session.id}  ${agentOf(shown.session)}  ${whereOf(shown.session)}`),
    fact(
      'request',
      `${exchange.method} ${plainLine(exchange.url)}, ${bytesText(exchange.requestBytes)}`,
    ),
    fact(
      'reply',
      `${exchange.outcome} ${exchange.status ?? ''}, ${bytesText(exchange.responseBytes)}, ${took}`,
    ),
    fact('model', modelText(exchange)),
    ...(usage === null
      ? []
      : [fact('tokens', `${usage.inputTokens ?? '?'} in, ${usage.outputTokens ?? '?'} out`)]),
    ...contextFacts(shown.context).map(([label, value]) => fact(label, value)),
    ...tombstoneFacts(shown.headers.request),
    ...(exchange.logIndex === null ? [] : [fact('log index', String(exchange.logIndex))]),
    ...commitFacts(shown.commits),
  ];
  const told = turnPieces(shown.turn, shown.session.agent ?? 'model', page);
  return `${linesOf(facts, page)}\n${told.map(({ text }) => text).join('')}`;
}

function sessionText(shown: Extract<Shown, { kind: 'session' }>, page: Page): string {
  const { session } = shown;
  const facts = [
    fact('session', page.style.bold(session.id)),
    fact('agent', agentOf(session)),
    fact('models', session.models.map(plainLine).join(', ')),
    fact('user', plainLine(`${session.principal.name} <${session.principal.email}>`)),
    ...identityFacts(session.identity).map(([label, value]) => fact(label, value)),
    fact('work', plainLine(session.place.worktree ?? '(no repository)')),
    fact('branch', plainLine(session.place.branch ?? '')),
    fact('time', `${localMinute(session.startedAtMs)} to ${localMinute(session.lastAtMs)}`),
    ...commitFacts(shown.commits),
  ];
  const exchanges = shown.exchanges.map((exchange) => exchangeLine(exchange, page));
  const edits = shown.edits.filter((edit) => edit.path !== null);
  return `${linesOf(facts, page)}\n${joined(exchanges)}${editSummary(edits, page)}${next(page, `aitrail replay ${session.id}`)}`;
}

function commitText(shown: Extract<Shown, { kind: 'commit' }>, page: Page): string {
  const head = [
    fact('commit', page.style.bold(shown.commit)),
    fact('subject', plainLine(shown.subject)),
  ];
  const note =
    shown.note === null
      ? ['no note: nothing says where its lines come from']
      : noteLines(shown.note, page);
  const here = shown.sessions.map((session) => sessionFact(session));
  const exchanges = shown.exchanges.map((exchange) => exchangeLine(exchange, page));
  const more =
    shown.sessions.length > 0
      ? next(
          page,
          `aitrail replay ${shown.commit.slice(0, 12)}`,
          'aitrail verify ' + shown.commit.slice(0, 12),
        )
      : '';
  return `${linesOf([...head, ...here], page)}\n${joined(note)}${exchanges.length === 0 ? '' : `\n${joined(exchanges)}`}${more}`;
}

function noteLines(note: ShownNote, page: Page): readonly string[] {
  const files = note.files.map((file) => {
    const counts = `${String(file.aiLines).padStart(5)} ai ${String(file.mixedLines).padStart(5)} mixed ${String(file.unrecordedLines).padStart(5)} unrecorded`;
    return `${counts}  ${pathText(file.path)}`;
  });
  const sources = note.exchanges.map(({ id, agent, model }) => {
    const [who, what] = [agent ?? 'unknown agent', model ?? 'unknown model'].map(nameText);
    return `from ${who}, ${what}, exchange ${plainLine(id)}`;
  });
  const claim = page.style.faint(`its note of ${claimedMinute(note.attestedAt)} says:`);
  return [claim, ...cutLines(files, page), ...cutLines(sources, page)];
}

/** Longer ones nobody gives to a file; recorded they may be. */
const PATH_COLUMNS_MAX = 400;
const NAME_COLUMNS_MAX = 60;

/** Paths and ids go into the next command: a narrow terminal may break them, and shows them whole. */
const pathText = (path: string): string => fitColumns(plainLine(path), PATH_COLUMNS_MAX);
const nameText = (name: string): string => fitColumns(plainLine(name), NAME_COLUMNS_MAX);

function exchangeLine(exchange: Exchange, page: Page): string {
  const took =
    exchange.endedAtMs === null ? 'open' : duration(exchange.endedAtMs - exchange.startedAtMs);
  const odd = exchange.outcome === 'ok' ? '' : `  ${page.style.warning(exchange.outcome)}`;
  const masks =
    exchange.masks.length === 0 ? '' : `  ${page.style.warning(`${exchange.masks.length} masked`)}`;
  const status = String(exchange.status ?? '-').padStart(3);
  return `${exchange.id}  ${page.style.faint(localSecond(exchange.startedAtMs))}  ${status}  ${took.padStart(7)}  ${modelText(exchange)}${odd}${masks}`;
}

function editSummary(edits: readonly ShownEdit[], page: Page): string {
  if (edits.length === 0) return '';
  const lines = edits.map((edit) => {
    const told = edit.outcome === 'rejected' ? page.style.warning('rejected') : edit.outcome;
    const mark = edit.source === undefined ? told : `${told} (the client's hook says so)`;
    const last = edit.commits.at(-1)?.slice(0, 12) ?? '';
    const path = pathText(edit.path ?? '');
    return `${edit.exchange}  ${edit.kind.padEnd(8)}${path}  ${mark}  ${last}`.trimEnd();
  });
  return `\n${editCount(edits)}\n${joined(cutLines(lines, page))}`;
}

const modelText = (exchange: Exchange): string => plainLine(exchange.model ?? exchange.connection);

const commitFacts = (commits: readonly ShownCommit[]): readonly string[] =>
  commits.map(({ commit, isReachable }) =>
    fact('commit', isReachable === false ? `${commit} (on no branch)` : commit),
  );

/** Policy kept its content out of the record. */
const tombstoneFacts = (headers: readonly (readonly [string, string])[]): readonly string[] =>
  headers
    .filter(([name]) => name === TOMBSTONE_HEADER)
    .map(([, rule]) => fact('content', `not recorded: ${plainLine(rule)}`));

const sessionFact = (session: Session): string =>
  fact('session', `${session.id}  ${agentOf(session)}, ${counted(session.exchanges, 'exchange')}`);

const fact = (label: string, value: string): string =>
  `${padColumns(label, LABEL_COLUMNS)}${value}`;

const linesOf = (facts: readonly string[], page: Page): string =>
  joined(
    facts
      .filter((line) => line.trimEnd().length > LABEL_COLUMNS - 1)
      .map((line) => fitStyled(line, page)),
  );

/** Styled text is short by nature; only longer plain lines are cut. */
const fitStyled = (line: string, page: Page): string =>
  line.includes('\u001B') ? line : fitColumns(line, page.width);

const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

const next = (page: Page, ...commands: readonly string[]): string =>
  `\n${page.style.faint(commands.join('\n'))}\n`;

/** A note says what it likes. */
function claimedMinute(time: string): string {
  const atMs = Date.parse(time);
  return Number.isNaN(atMs) ? plainLine(time) : localMinute(atMs);
}
