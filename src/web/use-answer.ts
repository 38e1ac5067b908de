// A question that a view asks when it appears, and again when what it asks for changes.
import { useEffect, useState } from 'preact/hooks';
import { type Answered, ask } from './ask.ts';

/** @returns null while the answer is under way. */
export function useAnswer<T>(
  name: string,
  query: Readonly<Record<string, string | number | null | undefined>> = {},
): { readonly answered: Answered<T> | null; readonly again: () => void } {
  const [answered, setAnswered] = useState<Answered<T> | null>(null);
  const [round, setRound] = useState(0);
  const wanted = JSON.stringify([name, query]);
  useEffect(() => {
    let isWanted = true;
    setAnswered(null);
    const read = async (): Promise<void> => {
      const answer = await ask<T>(name, query);
      if (isWanted) setAnswered(answer);
    };
    void read();
    return () => {
      isWanted = false;
    };
  }, [wanted, round]);
  return { answered, again: () => setRound((now) => now + 1) };
}
