// The program's own entry, for processes that it starts.
import { fileURLToPath } from 'node:url';

/** bin/aitrail.js: src/cli and dist/cli lie at the same depth. */
export const entryScript = (): string =>
  fileURLToPath(new URL('../../bin/aitrail.js', import.meta.url));
