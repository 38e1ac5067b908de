// One recorded exchange as one line of JSON.
import type { ShownCommit, Turn } from '../model/conversation.ts';
import type { Session } from '../model/session.ts';
import { turnDocument } from './replay-lines.ts';
import { sessionDocument } from './session-lines.ts';

/** `aitrail.exchange/1`, ended by LF. */
export const exchangeLine = (one: {
  readonly session: Session;
  readonly turn: Turn;
  readonly commits: readonly Pick<ShownCommit, 'commit' | 'repository'>[];
}): string =>
  `${JSON.stringify({
    schema: 'aitrail.exchange/1',
    ...turnDocument(one.turn),
    session: sessionDocument(one.session),
    commits: one.commits.map(({ commit, repository }) => ({ commit, repository })),
  })}\n`;
