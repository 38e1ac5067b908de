// While somebody decides about what is held, the client gets signs of life: it would take silence for a broken
// connection.

/** Most decisions come sooner and need no sign. */
const FIRST_SIGN_MS = 1000;
/** Providers' own signs come about as often. */
const SIGN_MS = 10_000;

/**
 * Resolves with `decided`, and rejects with it.
 *
 * @param give sends one; a promise where the client has to catch up, null where it need not.
 */
export async function giveSigns(
  decided: Promise<unknown>,
  give: () => Promise<void> | null,
): Promise<void> {
  let waitMs = FIRST_SIGN_MS;
  while ((await isLate(decided, waitMs)) === 'late') {
    await Promise.race([give(), decided]);
    waitMs = SIGN_MS;
  }
}

async function isLate(decided: Promise<unknown>, waitMs: number): Promise<'late' | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), waitMs);
  });
  try {
    return await Promise.race([decided.then(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
