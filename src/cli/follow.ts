// What ends a command that goes on by itself: a signal, or a reader that has seen enough.

export interface Following {
  readonly stop: AbortSignal;
  readonly close: () => void;
}

export function openFollowing(): Following {
  const over = new AbortController();
  const end = (): void => over.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  process.stdout.once('error', end);
  process.stdout.once('close', end);
  return {
    stop: over.signal,
    close: () => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      process.stdout.off('error', end);
      process.stdout.off('close', end);
    },
  };
}
