// Sessions by conversation, remembered so that a request of a known one need not wait for the store to say which: it joins
// and begins its exchange in one commit.
import type { Session } from '../../model/session.ts';
import type { OpeningFacts, Store } from '../../store/store.ts';

export interface SessionBook {
  /**
   * Joins the conversation's session, or opens one.
   *
   * @param conversation null where the client names none.
   * @returns the session as last seen, null for one that is new here or was without an agent; and what the store says. That may be
   * another session, where the one we knew has been erased meanwhile.
   */
  join(
    grant: string,
    conversation: string | null,
    facts: OpeningFacts,
  ): { readonly known: Session | null; readonly joined: Promise<Session> };
}

const REMEMBERED_MAX = 1000;

export function openSessionBook(store: Pick<Store, 'joinSession'>): SessionBook {
  const sessions = new Map<string, Session>();
  const remember = (name: string, session: Session): Session => {
    sessions.delete(name); // the one joined last comes last
    sessions.set(name, session);
    const oldest = sessions.keys().next();
    if (sessions.size > REMEMBERED_MAX && oldest.done !== true) sessions.delete(oldest.value);
    return session;
  };
  return {
    join: (grant, conversation, facts) => {
      const name = JSON.stringify([grant, conversation]);
      const last = sessions.get(name) ?? null;
      // the store fills in the agent of a session that began without one
      const known = last?.agent === null && facts.agent !== null ? null : last;
      const joined = store
        .joinSession(grant, conversation, facts)
        .then((session) => remember(name, session));
      joined.catch(() => sessions.delete(name)); // whoever waits for it gets the error
      return { known, joined };
    },
  };
}
