// All envelopes of one commit's note: which one counts.
import { settle, type Checking } from '../model/signature-claim.ts';
import type { Statement } from '../model/statement.ts';
import {
  judgeEnvelope,
  sortJudged,
  type EnvelopeQuestion,
  type JudgedEnvelope,
} from './judge-envelope.ts';

const LINES_MAX = 1000;

export interface JudgedNote {
  /** The envelope that decides; null where no line is about authorship. */
  readonly best: JudgedEnvelope | null;
  /** Other trusted envelopes of the same commit, by other signers. */
  readonly others: readonly JudgedEnvelope[];
}

/**
 * Judges a note. Adding a line to it can never make a good note bad: what is not trusted is passed over.
 *
 * @param lines envelope lines. @returns the committer's newest envelope where that is good, else the next best.
 */
export const judgeNote = (lines: readonly string[], question: EnvelopeQuestion): JudgedNote =>
  settle(judgingNote(lines, question));

/** The same, for whoever has many notes. */
export function* judgingNote(
  lines: readonly string[],
  question: EnvelopeQuestion,
): Checking<JudgedNote> {
  const judged = yield* judgeLines(lines, question);
  const sorted = sortJudged(judged);
  const good = sorted.filter((each) => each.status === 'verified');
  const own = good.find((each) => each.signer === question.facts.committer);
  const best = own ?? sorted[0] ?? null;
  if (best?.status !== 'verified') return { best, others: [] };
  const others = newestBySigner(good.filter((each) => each.key !== best.key));
  const contradicting = others.find((each) => rangesOf(each) !== rangesOf(best));
  if (contradicting === undefined) return { best, others };
  const reason = `${contradicting.signer ?? 'another signer'} attests other ranges`;
  return { best: { ...best, status: 'inconsistent', reason }, others };
}

function* judgeLines(
  lines: readonly string[],
  question: EnvelopeQuestion,
): Checking<readonly JudgedEnvelope[]> {
  const judged: JudgedEnvelope[] = [];
  for (const line of lines.slice(0, LINES_MAX)) {
    const each = yield* judgeEnvelope(line, question);
    if (each !== null) judged.push(each);
  }
  return judged;
}

/** An earlier envelope of a signer is replaced by that signer's newest one. */
function newestBySigner(sorted: readonly JudgedEnvelope[]): readonly JudgedEnvelope[] {
  const keys = new Set<string | null>();
  return sorted.filter((each) => !keys.has(each.key) && keys.add(each.key));
}

const rangesOf = (judged: JudgedEnvelope): string =>
  (judged.statement?.predicate.files ?? [])
    .flatMap((file) => file.ranges.map((range) => ({ path: file.path, ...range })))
    .map(({ path, startLine, endLine, contributor }) =>
      JSON.stringify([path, startLine, endLine, contributor]),
    )
    .toSorted((a, b) => a.localeCompare(b))
    .join();

/**
 * What blame and rewrites read from a note: a valid signature over a statement about exactly this commit suffices for
 * origin, `isTrusted` needs a trusted signer too (DECISIONS 24).
 *
 * @returns null where no envelope is good enough: the commit's lines are `unknown`.
 */
export function pickAttestation(
  lines: readonly string[],
  question: EnvelopeQuestion,
): { readonly statement: Statement; readonly isTrusted: boolean; readonly line: string } | null {
  const { best } = judgeNote(lines, question);
  if (best?.status === 'verified' && best.statement !== null)
    return { statement: best.statement, isTrusted: true, line: best.line };
  if (best?.isTrusted === true) return null; // a trusted signer contradicts the commit or another signer
  const { facts } = question;
  const signed = settle(judgeLines(lines, question)).filter(
    (each) => each.status === 'untrusted-signer' && fits(each, facts),
  );
  const [first] = sortJudged(signed);
  return first === undefined || first.statement === null
    ? null
    : { statement: first.statement, isTrusted: false, line: first.line };
}

function fits(judged: JudgedEnvelope, facts: EnvelopeQuestion['facts']): boolean {
  const { statement } = judged;
  return (
    statement?.subject[0]?.digest.gitCommit === facts.commit &&
    statement.predicate.commit.rawSha256 === facts.rawSha256
  );
}
