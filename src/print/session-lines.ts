// Lists of sessions, for people and for programs.
import type { Session } from '../model/session.ts';
import { identityDocument } from './context-lines.ts';
import { counted, localMinute, timestamp } from './moments.ts';
import { fitColumns, padColumns, plainLine } from './plain-text.ts';
import type { Style } from './style.ts';

/** @param width columns. @returns lines ended by LF. */
export function sessionLines(sessions: readonly Session[], width: number, style: Style): string {
  if (sessions.length === 0)
    return 'no sessions yet. Record one: aitrail run -- COMMAND, or eval "$(aitrail env)"\n';
  const agents = sessions.map(agentOf);
  const agentWidth = Math.min(24, Math.max(...agents.map((agent) => agent.length)));
  const lines = sessions.map((session, i) => {
    const agent = padColumns(agents[i] ?? '', agentWidth);
    const head = `${style.bold(session.id)}  ${style.faint(localMinute(session.lastAtMs))}  ${style.agent(agent)}`;
    const count = counted(session.exchanges, 'exchange').padStart(13);
    const room = width - session.id.length - 18 - agentWidth - 4 - count.length - 2;
    return `${head}  ${count}  ${fitColumns(whereOf(session), Math.max(8, room))}`;
  });
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n${style.faint('one of them: aitrail replay ID; its facts: aitrail show ID')}\n`;
}

/** `aitrail.sessions/1`. */
export const sessionsDocument = (sessions: readonly Session[]): object => ({
  schema: 'aitrail.sessions/1',
  sessions: sessions.map(sessionDocument),
});

export const sessionDocument = (session: Session): object => ({
  id: session.id,
  agent: session.agent,
  agentVersion: session.agentVersion,
  models: session.models,
  conversation: session.conversation,
  parent: session.parent,
  user: session.principal,
  identity: identityDocument(session.identity),
  repository: session.place.repository,
  worktree: session.place.worktree,
  remote: session.place.remote,
  branch: session.place.branch,
  head: session.place.head,
  host: session.place.host,
  startedAt: timestamp(session.startedAtMs),
  lastAt: timestamp(session.lastAtMs),
  exchanges: session.exchanges,
});

/** Name and version, one line. */
export const agentOf = (session: Session): string =>
  plainLine([session.agent ?? 'unknown agent', session.agentVersion ?? ''].join(' ').trim());

/** Where the session worked: last step of the worktree and branch. */
export function whereOf(session: Session): string {
  const { worktree, branch } = session.place;
  const name = worktree?.split('/').at(-1) ?? '(no repository)';
  const where = branch === null ? name : `${name} (${branch})`;
  return plainLine(session.parent === null ? where : `${where}, for ${session.parent}`);
}
