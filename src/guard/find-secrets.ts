// Secrets in lines that a change adds. Lines that were there before are not looked at.
import type { SecretFinding } from '../model/secret.ts';
import { countsInBinary } from '../secrets/in-binary.ts';
import { placeFindings } from '../secrets/place-finding.ts';
import type { AddedText, SecretHit } from './finding.ts';
import { compilePatterns } from './path-patterns.ts';

/** What this needs of src/secrets/scanner.ts. */
export interface TextScanner {
  scan(text: string, facts?: { readonly path?: string }): readonly SecretFinding[];
}

/**
 * @param allow gitignore patterns of paths that are not scanned.
 * @returns hits in the order of files and lines.
 */
export function findSecrets(
  files: readonly AddedText[],
  scanner: TextScanner,
  allow: readonly string[],
): readonly SecretHit[] {
  const allowed = compilePatterns(allow);
  return files.flatMap(({ path, runs, strings = [] }) =>
    allowed.matches(path)
      ? []
      : [
          ...runs.flatMap((run) => findInRun(path, run, scanner)),
          ...strings.flatMap((one) => findInString(path, one, scanner)),
        ],
  );
}

/** In binary content only what providers document, and private keys: all else is too often chance. */
function findInString(
  path: string,
  { firstLine, firstColumn, text }: NonNullable<AddedText['strings']>[number],
  scanner: TextScanner,
): readonly SecretHit[] {
  const hits = findInRun(path, { firstLine, lines: text.split('\n') }, scanner);
  return hits
    .filter((hit) => countsInBinary(hit.rule, hit.value))
    .map((hit) => ({
      ...hit,
      firstColumn: hit.firstColumn + (hit.firstLine === firstLine ? firstColumn - 1 : 0),
    }));
}

function findInRun(
  path: string,
  run: AddedText['runs'][number],
  scanner: TextScanner,
): readonly SecretHit[] {
  const text = run.lines.join('\n');
  const found = scanner.scan(text, { path });
  const placed = placeFindings(
    { path, text, commit: null, byteLength: (part) => part.length },
    found,
  );
  return found.map(({ rule, kind, start, end }, index) => {
    const value = text.slice(start, end);
    const before = text.slice(0, start);
    const firstLine = run.firstLine + countBreaks(before);
    return {
      path,
      rule,
      kind,
      value,
      firstLine,
      lastLine: firstLine + countBreaks(value),
      firstColumn: start - before.lastIndexOf('\n'),
      line: run.lines
        .slice(countBreaks(before), countBreaks(before) + countBreaks(value) + 1)
        .join('\n'),
      preview: placed[index]?.preview ?? '',
    };
  });
}

const countBreaks = (text: string): number => text.split('\n').length - 1;
