// What masking put into the files of a session: placeholders that its tool calls wrote. A later edit names the text as
// the model remembers it, and must name it as it stands. In memory alone, so a restart forgets.

export interface WrittenBook {
  /** The session's placeholders; add to it what goes out in a written field. */
  of(session: string): Set<string>;
}

const SESSIONS_MAX = 500;

export function openWrittenBook(): WrittenBook {
  const sessions = new Map<string, Set<string>>();
  return {
    of: (session) => {
      const found = sessions.get(session) ?? new Set<string>();
      sessions.delete(session); // the latest use is the last entry
      sessions.set(session, found);
      const oldest = sessions.keys().next();
      if (sessions.size > SESSIONS_MAX && oldest.done !== true) sessions.delete(oldest.value);
      return found;
    },
  };
}
