// A failure as a person sees it: what is wrong, the code, and what to do.
import { isFault } from '../model/fault.ts';
import { formatFault } from '../model/fault-text.ts';
import { plainText } from './plain-text.ts';

/** @returns one or more lines, each ended by LF. */
export function faultLines(thrown: unknown, isDebug: boolean): string {
  if (isFault(thrown)) {
    const stack = isDebug ? `${thrown.stack ?? ''}\n` : '';
    // a path, a ref or a word of somebody else's may stand in it
    return `${plainText(formatFault(thrown))}${stack}`;
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const stack = isDebug && thrown instanceof Error ? `${thrown.stack ?? ''}\n` : '';
  return `aitrail: ${plainText(why)} (BUG)\n  fix: this is a defect of aitrail; run it again with AITRAIL_DEBUG=1 and report what it prints\n${stack}`;
}
