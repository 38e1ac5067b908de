// git blame's own output with the author column naming the agent. Bytes are kept as latin1 text, so that whatever
// encoding the file has comes out as it went in; nothing but the column changes.
import type { LineOrigin } from '../model/origin.ts';
import { plainText } from './plain-text.ts';
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

/** One name in the column: lines that follow each other mostly have the same. */
interface Shown {
  /** As git wrote it. */
  readonly name: string;
  /** The same with what stands around it. */
  readonly needle: string;
  readonly width: number;
  /** In place of it; null: it stays. */
  readonly agent: string | null;
}

interface Cut {
  readonly shown: Shown;
  /** Where the name begins in the line, and where the blanks behind it end. */
  readonly start: number;
  readonly end: number;
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
  const cut = openCutter();
  const cuts = facts.map((fact, at) => cut(lines[at] ?? '', fact));
  // git pads to the longest name; a date may bring blanks of its own
  let [column, widest] = [Infinity, 0];
  const widths = new Map<string, number>();
  for (const one of cuts) {
    if (one === null) continue;
    const { agent, name, width } = one.shown;
    column = Math.min(column, one.end - one.start - name.length - 1 + width);
    widest = Math.max(widest, agent === null ? width : keptWidth(widths, agent));
  }
  const more = Math.max(column, widest) - column;
  const { agent: paint } = pickStyle(isColour);
  cuts.forEach((one, at) => {
    const { agent, name, width } = one?.shown ?? NOBODY;
    if (one === null || (agent === null && more === 0)) return;
    const line = lines[at] ?? '';
    const head = line.slice(0, one.start);
    // git's own colours of a line stay what they are
    const painted = agent === null ? name : head.includes('\u001B') ? agent : paint(agent);
    const blanks = one.end - one.start - name.length + more;
    const shift = agent === null ? 0 : width - keptWidth(widths, agent);
    lines[at] = `${head}${painted}${' '.repeat(blanks + shift)}${line.slice(one.end)}`;
  });
  return Buffer.from(lines.join('\n'), 'latin1');
}

const NOBODY: Shown = { name: '', needle: '', width: 0, agent: null };

function keptWidth(widths: Map<string, number>, name: string): number {
  const width = widths.get(name) ?? widthOf(name);
  widths.set(name, width);
  return width;
}

/** Finds the column in one line after the other; null where it is not there. */
function openCutter(): (line: string, fact: ColumnFacts) => Cut | null {
  let last: ColumnFacts | null = null;
  let known: readonly Shown[] = [];
  return (line, fact) => {
    if (last?.name !== fact.name || last.mail !== fact.mail || last.origin !== fact.origin) {
      last = fact;
      known = [fact.mail, fact.name].map((name) => ({
        name,
        needle: `(${name} `,
        width: widthOf(name),
        agent: agentName(fact.origin, name),
      }));
    }
    for (const shown of known) {
      const open = line.indexOf(shown.needle);
      if (open < 0) continue;
      const start = open + 1;
      let end = start + shown.name.length;
      while (line.charCodeAt(end) === BLANK) end += 1;
      return { shown, start, end };
    }
    return null;
  };
}

const BLANK = 32;

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

/** What `blameText` colours with. */
const ESCAPE = '\u001B';
const OWN_COLOUR = new RegExp(`(${ESCAPE}\\[(?:35|39)m)`);

/** The same for a terminal, which obeys neither a file's text nor a name or path: git's own pager sees to that for git. */
export const forTerminal = (shaped: Buffer): Buffer =>
  Buffer.from(
    shaped
      .toString('utf8')
      .split(OWN_COLOUR)
      .map((part, at) => (at % 2 === 1 ? part : plainText(part)))
      .join(''),
  );
