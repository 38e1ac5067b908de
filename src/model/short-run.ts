// For processes that end within moments: V8's optimizer would take the core that git needs, for code that has run by the
// time it is ready.
import { setFlagsFromString } from 'node:v8';

/** Twenty times V8's own patience: what really goes on for long is still worth it. */
const PATIENCE = '--interrupt-budget=1500000';
/** V8 says on the terminal where it does not know a flag. */
const KNOWN_NODE = 24;

export function expectShortRun(): void {
  if (Number(process.versions.node.split('.')[0]) <= KNOWN_NODE) setFlagsFromString(PATIENCE);
}
