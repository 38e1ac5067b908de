// git blame's own output with the author column naming the agent. Bytes are kept as latin1 text, so that whatever
// encoding the file has comes out as it went in; nothing but the column changes.
import type { LineOrigin } from '../model/origin.ts';
import { pickStyle } from './style.ts';

/** What git may print there, as latin1 text of its bytes. */
export interface ColumnFacts {
  readonly name: string;
  /** In angle brackets, which no name begins with: `-e` and blame.showEmail. */
  readonly mail: string;
  readonly origin: LineOrigin | null;
}

/** The agent's name, with the author's where a person changed the line; null: the author's, as git prints it. */
function agentName(origin: LineOrigin | null, shown: string): string | null {
  if (origin === null || origin.kind === 'unrecorded') return null;
  const agent = bytesOf(origin.source.agent ?? origin.source.model ?? 'ai');
  return origin.kind === 'ai' ? agent : `${agent}+${shown}`;
}

interface Cut {
  /** Everything up to and with the opening bracket. */
  readonly head: string;
  readonly shown: string;
  readonly blanks: number;
  readonly tail: string;
  /** In place of `shown`; null: it stays. */
  readonly agent: string | null;
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
  if (facts.every(({ origin }) => agentName(origin, '') === null)) return output;
  const lines = output.toString('latin1').split('\n');
  const cuts = facts.map((fact, at) => cutLine(lines[at] ?? '', fact));
  // git pads to the longest name; a date may bring blanks of its own
  let [column, widest] = [Infinity, 0];
  for (const cut of cuts) {
    if (cut === null) continue;
    column = Math.min(column, cut.blanks - 1 + widthOf(cut.shown));
    widest = Math.max(widest, widthOf(cut.agent ?? cut.shown));
  }
  const wanted = Math.max(column, widest);
  const { agent: paint } = pickStyle(isColour);
  cuts.forEach((cut, at) => {
    if (cut === null) return;
    const { head, shown, agent, tail } = cut;
    const name = agent ?? shown;
    // git's own colours of a line stay what they are
    const painted = agent === null || head.includes('\u001B') ? name : paint(name);
    const blanks = cut.blanks + widthOf(shown) - column + wanted - widthOf(name);
    lines[at] = `${head}${painted}${' '.repeat(blanks)}${tail}`;
  });
  return Buffer.from(lines.join('\n'), 'latin1');
}

function cutLine(line: string, { name, mail, origin }: ColumnFacts): Cut | null {
  const shown = line.includes(`(${mail} `) ? mail : name;
  const open = line.indexOf(`(${shown} `);
  if (open < 0) return null;
  const rest = line.slice(open + 1 + shown.length);
  const tail = rest.trimStart();
  const agent = agentName(origin, shown);
  return { head: line.slice(0, open + 1), shown, blanks: rest.length - tail.length, tail, agent };
}

/** `<id> TAB ( name TAB date TAB line ) text`: `-c`, as git annotate prints it. */
export function annotateText(output: Buffer, facts: readonly ColumnFacts[]): Buffer {
  const lines = output.toString('latin1').split('\n');
  facts.forEach(({ origin }, at) => {
    const line = lines[at] ?? '';
    const start = line.indexOf('\t(');
    const end = line.indexOf('\t', start + 2);
    if (start < 0 || end < 0) return;
    const name = agentName(origin, line.slice(start + 2, end).trimStart());
    if (name === null) return;
    lines[at] = `${line.slice(0, start + 2)}${name.padStart(10)}${line.slice(end)}`;
  });
  return Buffer.from(lines.join('\n'), 'latin1');
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

const bytesOf = (text: string): string =>
  isPlain(text) ? text : Buffer.from(text, 'utf8').toString('latin1');

const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Columns on a terminal, as git counts them: bytes that are no UTF-8 take one each. @param bytes as latin1 text. */
function widthOf(bytes: string): number {
  if (isPlain(bytes)) return bytes.length;
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  if (text.includes('\uFFFD')) return bytes.length;
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
