// What doctor found, one line a check, the fix beneath.
import type { Check } from '../model/diagnosis.ts';
import { wrapColumns } from './plain-text.ts';
import type { Style } from './style.ts';

const NAME_COLUMNS = 11;
/** Where details begin. */
const INDENT = NAME_COLUMNS + 3;
const MARKS = { ok: '✓', note: '·', warn: '!', fail: '✗' } as const;

/** @param width columns; nothing is broken in a pipe. @returns lines ended by LF. */
export function diagnosisLines(
  checks: readonly Check[],
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const paint = {
    ok: style.added,
    note: style.faint,
    warn: style.warning,
    fail: style.removed,
  } as const;
  const lines = checks.flatMap((check) => {
    const [first = '', ...rest] = wrapColumns(check.detail, width - INDENT);
    return [
      `${paint[check.status](MARKS[check.status])} ${style.bold(check.name.padEnd(NAME_COLUMNS))} ${first}`,
      // a fix is there to be copied: as it is
      ...[...rest, ...(check.fix === null ? [] : [`fix: ${check.fix}`])].map(
        (line) => ' '.repeat(INDENT) + line,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

export const diagnosisDocument = (checks: readonly Check[]): object => ({
  schema: 'aitrail.doctor/1',
  ok: checks.every((check) => check.status !== 'fail'),
  checks,
});
