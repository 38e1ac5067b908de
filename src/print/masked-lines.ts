// Masked secrets by when they were first seen, for people and for programs.
import type { MaskedSecret } from '../model/masked.ts';
import { counted, localMinute, timestamp } from './moments.ts';

/** @returns lines ended by LF. */
export function maskedLines(found: readonly MaskedSecret[]): string {
  if (found.length === 0) return 'no recording holds a masked secret of that kind\n';
  const lines = found.map(
    ({ placeholder, firstSeenAtMs, lastSeenAtMs, exchange, exchanges }) =>
      `${placeholder}  first ${localMinute(firstSeenAtMs)} in ${exchange}, last ${localMinute(lastSeenAtMs)}, ${counted(exchanges, 'exchange')}`,
  );
  return `${lines.join('\n')}\none of them: aitrail show EXCHANGE\n`;
}

/** `aitrail.search/1`. */
export const maskedDocument = (found: readonly MaskedSecret[]): object => ({
  schema: 'aitrail.search/1',
  masked: found.map(({ firstSeenAtMs, lastSeenAtMs, ...one }) => ({
    ...one,
    firstSeenAt: timestamp(firstSeenAtMs),
    lastSeenAt: timestamp(lastSeenAtMs),
  })),
});
