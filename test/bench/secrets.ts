// npm run bench:secrets -- FILE: recall and false alarms on a labelled set (JSON lines with text, label, start, end),
// in total (also with
// the providers' rules switched off) and by source, class, variant and provider; with --findings FILE the spans, for other scorers.
import { readFileSync, writeFileSync } from 'node:fs';
import { isObject, numberAt, parseJson, stringAt } from '../../src/model/json.ts';
import { openScanner } from '../../src/secrets/scanner.ts';

interface Tally {
  secrets: number;
  detected: number;
  masked: number;
  exact: number;
  others: number;
  alarms: number;
}

const GROUPS = ['source', 'klass', 'variant', 'provider'] as const;
function run(path: string, spansPath: string | null): void {
  const scanner = openScanner();
  const generic = openScanner({ isGenericOnly: true });
  const tallies = new Map<string, Tally>();
  const spans: string[] = [];
  const records = readFileSync(path, 'utf8').split('\n').filter(Boolean).map(parseJson);
  for (const record of records) {
    const text = stringAt(record, 'text') ?? '';
    const found = scanner.scan(text);
    spans.push(
      JSON.stringify({ id: stringAt(record, 'id'), found: found.length > 0, spans: found }),
    );
    for (const name of groupsOf(record)) count(tallyOf(tallies, name), record, found);
    count(tallyOf(tallies, 'all, provider rules off'), record, generic.scan(text));
  }
  if (spansPath !== null) writeFileSync(spansPath, `${spans.join('\n')}\n`);
  for (const [name, tally] of [...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`${formatTally(name, tally)}\n`);
}

const groupsOf = (record: unknown): readonly string[] => [
  'all',
  ...GROUPS.map((group) => `${group}=${stringAt(record, group) ?? '-'}`),
];

function tallyOf(tallies: Map<string, Tally>, name: string): Tally {
  const known = tallies.get(name);
  if (known !== undefined) return known;
  const made = { secrets: 0, detected: 0, masked: 0, exact: 0, others: 0, alarms: 0 };
  tallies.set(name, made);
  return made;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function count(tally: Tally, record: unknown, found: readonly Span[]): void {
  if (stringAt(record, 'label') !== 'secret') {
    tally.others += 1;
    tally.alarms += Number(found.length > 0);
    return;
  }
  const secret = { start: numberAt(record, 'start') ?? 0, end: numberAt(record, 'end') ?? 0 };
  tally.secrets += 1;
  tally.detected += Number(found.some((one) => one.start < secret.end && secret.start < one.end));
  tally.masked += Number(found.some((one) => one.start <= secret.start && one.end >= secret.end));
  const right = [secret, ...widerSpans(record)];
  tally.exact += Number(
    found.some((one) => right.some((span) => span.start === one.start && span.end === one.end)),
  );
}

/** `ok`: pairs of offsets that are right too. */
function widerSpans(record: unknown): readonly Span[] {
  const ok = isObject(record) ? record['ok'] : undefined;
  if (!Array.isArray(ok)) return [];
  return ok.flatMap((pair: unknown) =>
    Array.isArray(pair) && typeof pair[0] === 'number' && typeof pair[1] === 'number'
      ? [{ start: pair[0], end: pair[1] }]
      : [],
  );
}

function formatTally(name: string, tally: Tally): string {
  return [
    name.padEnd(34),
    `+${tally.secrets}`.padStart(6),
    `masked ${share(tally.masked, tally.secrets)}`,
    `exact ${share(tally.exact, tally.detected)}`,
    `-${tally.others}`.padStart(6),
    `false ${tally.alarms} (${share(tally.alarms, tally.others).trim()})`,
  ].join('  ');
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '   -  ' : `${((100 * part) / whole).toFixed(1).padStart(5)}%`;

const [file, flag, findingsFile] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: npm run bench:secrets -- FILE [--findings FILE]\n');
  process.exitCode = 2;
} else {
  run(file, flag === '--findings' ? (findingsFile ?? null) : null);
}
