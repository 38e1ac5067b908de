// The document of `aitrail blame --json` (CLI.md).
import type { BlameLine, Evidence, LineOrigin, Origin } from '../model/origin.ts';

/** What the flow found of one line. */
export interface LineFacts {
  readonly line: number;
  /** Each character is a byte of UTF-8. */
  readonly text: string;
  readonly commit: string;
  readonly author: string;
  readonly mail: string;
  /** Seconds since the epoch. */
  readonly authorTime: number;
  /** null: unknown. */
  readonly origin: LineOrigin | null;
  readonly isSigned: boolean;
}

export interface BlameDocument {
  readonly schema: 'aitrail.blame/1';
  readonly path: string;
  readonly commit: string | null;
  readonly lines: readonly BlameLine[];
  readonly summary: Readonly<Record<Origin, number>>;
}

/** @param countsClaims whether lines with evidence `claimed` count as what they claim, or as unknown. */
export function blameDocument(
  place: { readonly path: string; readonly commit: string | null },
  facts: readonly LineFacts[],
  countsClaims: boolean,
): BlameDocument {
  const lines = facts.map(blameLine);
  const counted = lines.map(({ origin, evidence }) =>
    evidence === 'claimed' && !countsClaims ? 'unknown' : origin,
  );
  const count = (wanted: Origin): number => counted.filter((origin) => origin === wanted).length;
  return {
    schema: 'aitrail.blame/1',
    path: place.path,
    commit: place.commit,
    lines,
    summary: {
      ai: count('ai'),
      mixed: count('mixed'),
      unrecorded: count('unrecorded'),
      unknown: count('unknown'),
    },
  };
}

function blameLine(facts: LineFacts): BlameLine {
  const { line, commit, origin } = facts;
  return {
    line,
    text: Buffer.from(facts.text, 'latin1').toString('utf8'),
    commit,
    author: `${facts.author} <${facts.mail}>`,
    time: new Date(facts.authorTime * 1000).toISOString(),
    origin: origin === null ? 'unknown' : origin.kind,
    ...sourceOf(origin),
    signed: facts.isSigned,
  };
}

function sourceOf(
  origin: LineOrigin | null,
): Pick<BlameLine, 'agent' | 'model' | 'session' | 'exchange'> & { evidence: Evidence | null } {
  if (origin === null || origin.kind === 'unrecorded')
    return { agent: null, model: null, session: null, exchange: null, evidence: null };
  const { agent, model, session, exchange } = origin.source;
  return { agent, model, session, exchange, evidence: origin.evidence };
}
