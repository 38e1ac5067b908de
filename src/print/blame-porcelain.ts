// git's machine output with lines of ours: `aitrail-origin` and its companions, before the text of a line, or in
// `--incremental` after the `filename` of a group.
import type { LineOrigin } from '../model/origin.ts';

export interface OriginFacts {
  readonly origin: LineOrigin | null;
  readonly isSigned: boolean;
}

const TAB = 9;

/** @param output of `--porcelain` or `--line-porcelain`. @param facts one per line, in order. */
export function porcelainText(output: Buffer, facts: readonly OriginFacts[]): Buffer {
  const parts: Buffer[] = [];
  let line = 0;
  for (let at = 0; at < output.length;) {
    const end = lineEnd(output, at);
    if (output[at] === TAB) {
      parts.push(Buffer.from(originLines(facts[line])));
      line += 1;
    }
    parts.push(output.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

const GROUP = /^[0-9a-f]{40,64} \d+ (\d+) (\d+)/;

/**
 * Groups of lines come in any order; `aitrail-lines <first> <count>` says which lines the next origin is about.
 *
 * @param factOf by final line number.
 */
export function incrementalText(
  output: Buffer,
  factOf: (line: number) => OriginFacts | undefined,
): Buffer {
  const lines = output.toString('latin1').split('\n');
  let group = { first: 0, count: 0 };
  const shown = lines.flatMap((line) => {
    const [, first, count] = GROUP.exec(line) ?? [];
    if (first !== undefined) group = { first: Number(first), count: Number(count) };
    return line.startsWith('filename ') ? [line, ...groupLines(group, factOf)] : [line];
  });
  return Buffer.from(shown.join('\n'), 'latin1');
}

function groupLines(
  group: { readonly first: number; readonly count: number },
  factOf: (line: number) => OriginFacts | undefined,
): string[] {
  const runs: { first: number; count: number; text: string }[] = [];
  for (let line = group.first; line < group.first + group.count; line += 1) {
    const text = Buffer.from(originLines(factOf(line))).toString('latin1');
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ first: line, count: 1, text });
  }
  return runs.flatMap(({ first, count, text }) => [
    `aitrail-lines ${first} ${count}`,
    ...text.trimEnd().split('\n'),
  ]);
}

function originLines(facts: OriginFacts | undefined): string {
  const origin = facts?.origin ?? null;
  if (origin === null) return 'aitrail-origin unknown\n';
  if (origin.kind === 'unrecorded') return 'aitrail-origin unrecorded\n';
  const { agent, model, session, exchange } = origin.source;
  const named = [
    ['origin', origin.kind],
    ['agent', agent],
    ['model', model],
    ['session', session],
    ['exchange', exchange],
    ['evidence', origin.evidence],
    ['signed', facts?.isSigned === true ? 'true' : 'false'],
  ] as const;
  return named
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `aitrail-${name} ${String(value).replaceAll(/[\r\n]/g, ' ')}\n`)
    .join('');
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(10, from);
  return end < 0 ? bytes.length : end + 1;
}
