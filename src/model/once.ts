// What is made when it is first asked for, and kept.

/** @returns gives the same each time. A promise that failed is kept too. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}
