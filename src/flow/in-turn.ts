// One after the other within this process, by the name of what they work on: git goes on before a commit is attested, and
// the next one may build on it; pushes of one repository move the same mirror.

const last = new Map<string, Promise<unknown>>();

/** Is something under way under this name? */
export const isTurnTaken = (name: string): boolean => last.has(name);

/** Runs the work once all that was given before under this name has ended, however it ended. */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(name) ?? Promise.resolve();
  const mine = before.then(work);
  // whoever asked for it is told how it ended
  const ended = mine.catch(() => undefined);
  last.set(name, ended);
  try {
    return await mine;
  } finally {
    if (last.get(name) === ended) last.delete(name);
  }
}
