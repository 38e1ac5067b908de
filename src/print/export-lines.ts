// One recorded exchange as one line of JSON.
import type { ShownCommit, Turn } from '../model/conversation.ts';
import type { EventRecord } from '../model/event.ts';
import type { Session } from '../model/session.ts';
import { timestamp } from './moments.ts';
import { turnDocument } from './replay-lines.ts';
import { sessionDocument } from './session-lines.ts';

/** Where a record stands in the log. */
interface LogPlace {
  readonly index: number;
  /** Hex. */
  readonly leafHash: string;
}

/** `aitrail.event/1`, ended by LF. */
export const eventLine = ({ id, kind, atMs, detail }: EventRecord, log: LogPlace): string =>
  `${JSON.stringify({ schema: 'aitrail.event/1', id, kind, at: timestamp(atMs), detail, log })}\n`;

/** `aitrail.exchange/1`, ended by LF. */
export const exchangeLine = (one: {
  readonly session: Session;
  readonly turn: Turn;
  readonly commits: readonly Pick<ShownCommit, 'commit' | 'repository'>[];
  /** null while it is under way. */
  readonly log: LogPlace | null;
}): string =>
  `${JSON.stringify({
    schema: 'aitrail.exchange/1',
    ...turnDocument(one.turn),
    session: sessionDocument(one.session),
    commits: one.commits.map(({ commit, repository }) => ({ commit, repository })),
    log: one.log,
  })}\n`;
