// From offsets in a text to lines and columns, bytes, and a line that may be shown.
import type { PlacedFinding, SecretFinding } from '../model/secret.ts';

const PREVIEW_MAX = 120;
const AROUND = 60;

/** A text as it was decoded from a file's bytes. */
export interface SourceText {
  readonly path: string;
  readonly commit: string | null;
  readonly text: string;
  /** Bytes of a stretch of the text in the file's encoding. */
  readonly byteLength: (text: string) => number;
}

/** Places all findings of one text, in their order. */
export function placeFindings(
  source: SourceText,
  findings: readonly SecretFinding[],
): readonly PlacedFinding[] {
  const positionAt = openPositions(source);
  return findings.map((finding) => {
    const start = positionAt(finding.start);
    const end = positionAt(finding.end);
    return {
      path: source.path,
      rule: finding.rule,
      startLine: start.line,
      startColumn: start.column,
      endLine: end.line,
      endColumn: end.column,
      startOffset: start.byte,
      endOffset: end.byte,
      commit: source.commit,
      preview: formatPreview(source.text, finding, findings),
    };
  });
}

interface Position {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** Offsets must rise from call to call, so that a file is walked once. */
function openPositions(source: SourceText): (offset: number) => Position {
  const { text, byteLength } = source;
  let at = 0;
  let line = 1;
  let column = 1;
  let byte = 0;
  return (offset) => {
    byte += byteLength(text.slice(at, offset));
    for (
      let end = text.indexOf('\n', at);
      end >= 0 && end < offset;
      end = text.indexOf('\n', end + 1)
    ) {
      line += 1;
      column = 1;
      at = end + 1;
    }
    column += codePoints(text.slice(at, offset));
    at = offset;
    return { line, column, byte };
  };
}

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i += 1) {
    const isPair =
      (text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
    if (isPair) count -= 1;
  }
  return count;
}

/** What stands around the secret on its line, every secret there hidden, control characters too. */
function formatPreview(text: string, shown: SecretFinding, all: readonly SecretFinding[]): string {
  const lineStart = text.lastIndexOf('\n', shown.start - 1) + 1;
  const lineEnd = text.indexOf('\n', shown.start);
  const from = Math.max(lineStart, shown.start - AROUND);
  const to = Math.min(lineEnd < 0 ? text.length : lineEnd, shown.end + AROUND);
  let preview = '';
  let at = from;
  for (const one of all.filter((other) => other.end > from && other.start < to)) {
    preview += `${text.slice(at, Math.max(at, one.start))}[${one.rule}]`;
    at = Math.max(at, one.end);
  }
  preview += at < to ? text.slice(at, to) : '';
  return preview
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, PREVIEW_MAX);
}
