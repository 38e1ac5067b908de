// The list of sessions, newest first. A hundred thousand scroll as well as ten: only the rows in sight are there.
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FaultPage, SessionsPage } from '../model/pages.ts';
import type { Session } from '../model/session.ts';
import { AgentName } from './agent-mark.tsx';
import { ask } from './ask.ts';
import { Empty, FaultNote, Waiting } from './notes.tsx';
import { sessionPath } from './route.ts';
import { whereOf } from './session-head.tsx';
import { type Filter, SessionFilters } from './session-filters.tsx';
import { marked } from './shown-text.tsx';
import { agoOf, amountOf, counted, minuteOf, spanOf } from './words.ts';

const PIECE = 200;
/** Pixels; the style sheet says the same. */
const ROW = 64;
const OVERSCAN = 12;

interface Listed {
  readonly total: number;
  /** By index in the whole list; holes are not read yet. */
  readonly rows: ReadonlyMap<number, Session>;
  readonly fault: FaultPage | null;
}

/** Reads the pieces of the list that come into sight. */
function useSessions(
  filter: Filter,
): Listed & { readonly need: (first: number, end: number) => void } {
  const [listed, setListed] = useState<Listed | null>(null);
  const asked = useRef(new Set<number>());
  const round = useRef('');
  const wanted = JSON.stringify(filter);
  const read = async (piece: number): Promise<void> => {
    asked.current.add(piece);
    const answered = await ask<SessionsPage>('sessions', {
      ...filter,
      limit: PIECE,
      offset: piece * PIECE,
    });
    if (round.current !== wanted) return;
    setListed((now) => {
      const rows = new Map(now?.rows);
      if (answered.kind === 'fault') return { total: 0, rows, fault: answered.fault };
      const { sessions, total } = answered.answer;
      sessions.forEach((session, at) => rows.set(piece * PIECE + at, session));
      return { total, rows, fault: null };
    });
  };
  useEffect(() => {
    round.current = wanted;
    asked.current = new Set();
    setListed(null);
    void read(0);
  }, [wanted]);
  const need = (first: number, end: number): void => {
    for (let piece = Math.floor(first / PIECE); piece * PIECE < end; piece += 1)
      if (!asked.current.has(piece)) void read(piece);
  };
  return { ...(listed ?? { total: -1, rows: new Map(), fault: null }), need };
}

export function SessionsView(): VNode {
  const [filter, setFilter] = useState<Filter>({});
  const { total, rows, fault, need } = useSessions(filter);
  return (
    <div class="sessions">
      <div class="page-head">
        <h1>Sessions</h1>
        <p class="count" role="status">
          {total < 0 ? '' : counted(total, 'session')}
        </p>
      </div>
      <SessionFilters filter={filter} known={[...rows.values()]} onChange={setFilter} />
      {fault === null ? null : <FaultNote fault={fault} />}
      {total < 0 ? <Waiting /> : null}
      {total === 0 && fault === null ? (
        <NoSessions isFiltered={Object.keys(filter).length > 0} />
      ) : null}
      {total > 0 ? <Rows total={total} rows={rows} need={need} /> : null}
    </div>
  );
}

const NoSessions = ({ isFiltered }: { readonly isFiltered: boolean }): VNode => (
  <Empty>
    {isFiltered ? (
      <p>No session fits these filters.</p>
    ) : (
      <>
        <p>Nothing is recorded yet. Run an agent through aitrail:</p>
        <pre>aitrail run -- claude</pre>
      </>
    )}
  </Empty>
);

interface RowsProps {
  readonly total: number;
  readonly rows: ReadonlyMap<number, Session>;
  readonly need: (first: number, end: number) => void;
}

function Rows({ total, rows, need }: RowsProps): VNode {
  const list = useRef<HTMLOListElement>(null);
  const [sight, setSight] = useState({ first: 0, end: 40 });
  useEffect(() => {
    const look = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / ROW) - OVERSCAN);
      const end = Math.min(total, Math.ceil((innerHeight - top) / ROW) + OVERSCAN);
      setSight((now) => (now.first === first && now.end === end ? now : { first, end }));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [total]);
  useEffect(() => need(sight.first, sight.end), [sight]);
  const shown = Array.from(
    { length: Math.max(0, sight.end - sight.first) },
    (_, at) => sight.first + at,
  );
  return (
    <ol class="session-list" ref={list} style={{ height: `${String(total * ROW)}px` }}>
      {shown.map((at) => (
        <li
          key={at}
          style={{ top: `${String(at * ROW)}px` }}
          aria-setsize={total}
          aria-posinset={at + 1}
        >
          <Row session={rows.get(at)} />
        </li>
      ))}
    </ol>
  );
}

function Row({ session }: { readonly session: Session | undefined }): VNode {
  if (session === undefined) return <div class="session-row blank" aria-hidden="true" />;
  const { place, principal } = session;
  return (
    <a class="session-row" href={sessionPath(session.id)}>
      <span class="who">
        <AgentName agent={session.agent} />
        <span class="model">{marked(session.models.join(', '))}</span>
      </span>
      <span class="where">
        <span class="work">{marked(whereOf(session))}</span>
        <span class="branch">{marked(place.branch ?? '')}</span>
      </span>
      <span class="person">{marked(principal.name)}</span>
      <span class="amount">
        {amountOf(session.exchanges)}
        <span class="unit">
          {session.exchanges === 1 ? ' exchange' : ' exchanges'},{' '}
          {spanOf(session.lastAtMs - session.startedAtMs)}
        </span>
      </span>
      <span class="when">
        <time
          dateTime={new Date(session.lastAtMs).toISOString()}
          title={minuteOf(session.lastAtMs)}
        >
          {agoOf(session.lastAtMs)}
        </time>
        <code>{session.id}</code>
      </span>
    </a>
  );
}
