// What the line after a commit says: how much of what was just attested came from recorded AI output.
import type { AttestedNotice } from '../../model/notice.ts';
import type { Signer } from '../../model/signing.ts';
import { countLines, type Statement } from '../../model/statement.ts';

/** @returns null where no line is an AI's: then there is nothing to tell. */
export function sumAttested(
  statements: readonly Statement[],
  { principal, kind }: Signer,
): AttestedNotice | null {
  const files = statements.flatMap(({ predicate }) => predicate.files);
  const ranges = files.flatMap((file) => file.ranges);
  const [ai, mixed] = [countLines(ranges, 'ai'), countLines(ranges, 'mixed')];
  if (ai + mixed === 0) return null;
  const used = statements.flatMap(({ predicate }) => predicate.exchanges);
  return {
    kind: 'attested',
    commits: statements.length,
    ai,
    mixed,
    unrecorded: files.reduce((sum, file) => sum + file.unrecordedLines, 0),
    agents: [...new Set(used.flatMap(({ agent }) => (agent === null ? [] : [agent])))].toSorted(),
    sessions: new Set(used.map(({ session }) => session)).size,
    signer: { principal, kind },
  };
}
