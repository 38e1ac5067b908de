// git blame's own output with the author column naming the agent. Bytes are kept as latin1 text, so that whatever
// encoding the file has comes out as it went in; nothing but the column changes.
import type { LineOrigin } from '../model/origin.ts';
import { pickStyle } from './style.ts';

export interface ColumnFacts {
  /** As git prints it: the name, or the mail address in angle brackets. */
  readonly shown: string;
  readonly origin: LineOrigin | null;
}

/** The name in the author column: the agent's, with the author's where a person changed the line. */
function columnName({ shown, origin }: ColumnFacts): string {
  if (origin === null || origin.kind === 'unrecorded') return shown;
  const agent = origin.source.agent ?? origin.source.model ?? 'ai';
  return origin.kind === 'ai' ? agent : `${agent}+${shown}`;
}

interface Cut {
  /** Everything up to and with the opening bracket. */
  readonly head: string;
  readonly blanks: number;
  readonly tail: string;
}

/**
 * `<id> (<name><blanks> <date> <line>) <text>`
 *
 * @param output of git blame. @param facts one per line.
 * @returns the same bytes where no line is an AI's, or where the lines do not look as expected.
 */
export function blameText(
  output: Buffer,
  facts: readonly ColumnFacts[],
  isColour: boolean,
): Buffer {
  if (facts.every((fact) => columnName(fact) === fact.shown)) return output;
  const lines = output.toString('latin1').split('\n');
  const cuts = facts.map((fact, at) => cutLine(lines[at] ?? '', bytesOf(fact.shown)));
  const widths = cuts.map((cut, at) =>
    cut === null ? Infinity : cut.blanks - 1 + widthOf(facts[at]?.shown ?? ''),
  );
  // git pads to the longest name; a date may bring blanks of its own
  const column = Math.min(...widths);
  const wanted = Math.max(column, ...facts.map((fact) => widthOf(columnName(fact))));
  const { agent } = pickStyle(isColour);
  facts.forEach((fact, at) => {
    const cut = cuts[at];
    if (cut === null || cut === undefined) return;
    const name = columnName(fact);
    const painted = name === fact.shown ? name : agent(name);
    const blanks = cut.blanks + widthOf(fact.shown) - column + wanted - widthOf(name);
    lines[at] = `${cut.head}${bytesOf(painted)}${' '.repeat(blanks)}${cut.tail}`;
  });
  return Buffer.from(lines.join('\n'), 'latin1');
}

function cutLine(line: string, shown: string): Cut | null {
  const open = line.indexOf(`(${shown} `);
  if (open < 0) return null;
  const head = line.slice(0, open + 1);
  const rest = line.slice(open + 1 + shown.length);
  const tail = rest.trimStart();
  return { head, blanks: rest.length - tail.length, tail };
}

/** `<id> TAB ( name TAB date TAB line ) text`: `-c`, as git annotate prints it. */
export function annotateText(output: Buffer, facts: readonly ColumnFacts[]): Buffer {
  const lines = output.toString('latin1').split('\n');
  facts.forEach((fact, at) => {
    const name = columnName(fact);
    const line = lines[at] ?? '';
    const start = line.indexOf('\t(');
    const end = line.indexOf('\t', start + 2);
    if (name === fact.shown || start < 0 || end < 0) return;
    lines[at] = `${line.slice(0, start + 2)}${bytesOf(name).padStart(10)}${line.slice(end)}`;
  });
  return Buffer.from(lines.join('\n'), 'latin1');
}

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Columns on a terminal, as git's utf8_strwidth counts them. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
