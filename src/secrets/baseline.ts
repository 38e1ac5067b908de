// A report of before: what stood in it is known and not reported again.
import { Fault } from '../model/fault.ts';
import { arrayAt, isObject, numberAt, parseJson, stringAt } from '../model/json.ts';
import type { PlacedFinding } from '../model/secret.ts';

/** Counts at commit and push as it stands in the base revision. */
export const BASELINE_FILE = '.aitrail-baseline.json';

type KnownFinding = Pick<PlacedFinding, 'path' | 'rule' | 'preview' | 'startLine'>;

/**
 * Takes out what a baseline names, as often as it names it.
 *
 * @param text a report of `aitrail scan --json`, where lines may have moved since; or one of gitleaks, by line.
 * @throws Fault CONFIG_INVALID for any other text.
 */
export function dropBaseline<F extends KnownFinding>(
  findings: readonly F[],
  baseline: { readonly file: string; readonly text: string },
): readonly F[] {
  const counts = new Map<string, number>();
  for (const key of readKeys(baseline)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return findings.filter((one) => {
    const key = [ownKey(one.path, one.rule, one.preview), lineKey(one.path, one.startLine)].find(
      (each) => (counts.get(each) ?? 0) > 0,
    );
    if (key === undefined) return true;
    counts.set(key, (counts.get(key) ?? 0) - 1);
    return false;
  });
}

const ownKey = (path: string, rule: string, preview: string): string =>
  ['own', path, rule, preview].join('\n');
const lineKey = (path: string, line: number): string => ['line', path, String(line)].join('\n');

function readKeys({ file, text }: { file: string; text: string }): readonly string[] {
  const report = parseJson(text);
  if (stringAt(report, 'schema') === 'aitrail.scan/1')
    return arrayAt(report, 'findings').map((one) =>
      ownKey(
        stringAt(one, 'path') ?? '',
        stringAt(one, 'rule') ?? '',
        stringAt(one, 'preview') ?? '',
      ),
    );
  const others = arrayAt({ all: report }, 'all').filter(isObject);
  if (!Array.isArray(report) || others.some((one) => stringAt(one, 'File') === null))
    throw new Fault(
      'CONFIG_INVALID',
      `${file} is no report of aitrail scan --json or of gitleaks`,
      {
        fix: 'write one: aitrail scan --json > baseline.json',
      },
    );
  return others.map((one) => lineKey(stringAt(one, 'File') ?? '', numberAt(one, 'StartLine') ?? 0));
}
