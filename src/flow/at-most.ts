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
