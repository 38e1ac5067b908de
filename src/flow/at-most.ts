// Waiting with an end to it.

/** Resolves when the work is done, or after this long. */
export async function atMost(work: Promise<unknown>, waitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([work, expired]);
  clearTimeout(timer);
}

/**
 * Work that is told to end after this long, or when `until` is aborted.
 *
 * Node 20 loses AbortSignal.timeout() inside of AbortSignal.any(): once the garbage collector has come by it never fires
 * (seen: a hold of two minutes without an end).
 */
export async function endingAfter<T>(
  waitMs: number,
  until: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = setTimeout(end, waitMs);
  until.addEventListener('abort', end);
  if (until.aborted) end();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
    until.removeEventListener('abort', end);
  }
}
