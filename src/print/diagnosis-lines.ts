// What doctor found, one line a check, the fix beneath.
import type { Check } from '../model/diagnosis.ts';
import type { Style } from './style.ts';

const NAME_COLUMNS = 11;
const MARKS = { ok: '✓', note: '·', warn: '!', fail: '✗' } as const;

/** @returns lines ended by LF. */
export function diagnosisLines(checks: readonly Check[], style: Style): string {
  const paint = {
    ok: style.added,
    note: style.faint,
    warn: style.warning,
    fail: style.removed,
  } as const;
  const lines = checks.flatMap((check) => [
    `${paint[check.status](MARKS[check.status])} ${style.bold(check.name.padEnd(NAME_COLUMNS))} ${check.detail}`,
    ...(check.fix === null ? [] : [`${' '.repeat(NAME_COLUMNS + 3)}fix: ${check.fix}`]),
  ]);
  return `${lines.join('\n')}\n`;
}

export const diagnosisDocument = (checks: readonly Check[]): object => ({
  schema: 'aitrail.doctor/1',
  ok: checks.every((check) => check.status !== 'fail'),
  checks,
});
