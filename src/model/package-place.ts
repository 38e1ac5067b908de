// Where this package's own files lie, wherever the code that asks was bundled to.
import { fileURLToPath } from 'node:url';

/** @param path from the package's root. @returns absolute. */
export const packagePlace = (path: string): string =>
  // src/model, dist/model and dist/bundle lie at the same depth
  fileURLToPath(new URL(`../../${path}`, import.meta.url));
