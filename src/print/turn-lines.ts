// One exchange of a conversation as people read it: who said what, and when.
import { RULED, type Ruling } from '../model/ruling.ts';
import type { Asked, Replied, Turn } from '../model/conversation.ts';
import type { Outcome } from '../model/edit.ts';
import { isObject, isString } from '../model/json.ts';
import type { MaskRecord } from '../model/secret.ts';
import type { Exchange } from '../model/session.ts';
import { cutLines, editLines, editTarget, marked, type Page } from './edit-lines.ts';
import { counted, duration, localSecond } from './moments.ts';
import { padColumns, plainLine, plainText, wrapColumns } from './plain-text.ts';

/** Text that is due at a moment, milliseconds since the exchange started. */
interface TimedLines {
  readonly atMs: number;
  readonly text: string;
}

const INDENT = '  ';

/**
 * @param agent name for the answers' heading.
 * @returns pieces in order; joined they are whole lines.
 */
export function turnPieces(turn: Turn, agent: string, page: Page): readonly TimedLines[] {
  const { exchange } = turn;
  const heading = headingOf(exchange, page);
  if (turn.isSideCall)
    return [{ atMs: 0, text: `${heading}${page.style.faint(`${INDENT}side call\n`)}\n` }];
  const asked = turn.asked.map((part) => ({ atMs: 0, text: askedText(part, page) }));
  const name = page.style.agent(plainLine(agent));
  // an answer begins with its writer's name, calls that follow stand under it
  const replied = turn.replied.flatMap((step, i) => repliedPieces(step, i === 0 ? name : '', page));
  const notes = exchangeNotes(turn, page);
  const end = replied.at(-1)?.atMs ?? 0;
  return [{ atMs: 0, text: heading }, ...asked, ...replied, { atMs: end, text: notes }];
}

/** `── xabc… ── 11:03:09 ── model ── 1.2 s ──`. */
function headingOf(exchange: Exchange, page: Page): string {
  const took =
    exchange.endedAtMs === null ? 'open' : duration(exchange.endedAtMs - exchange.startedAtMs);
  const facts = [
    exchange.id,
    localSecond(exchange.startedAtMs),
    plainLine(exchange.model ?? ''),
    took,
  ];
  const text = `── ${facts.filter((fact) => fact !== '').join(' ── ')} `;
  return `${page.style.faint(padRule(text, Math.min(page.width, 80)))}\n`;
}

const padRule = (text: string, width: number): string => {
  const fitted = padColumns(text, width);
  return fitted.replace(/ +$/, (blanks) => ` ${'─'.repeat(Math.max(0, blanks.length - 1))}`);
};

function askedText(part: Asked, page: Page): string {
  if (part.kind === 'prompt') {
    const lines = wrapColumns(plainText(part.text), page.width - INDENT.length);
    return block(page.style.person('you'), cutLines(lines, page));
  }
  const failed = part.isError === true ? ` ${page.style.warning('(error)')}` : '';
  const head = `${page.style.faint(`result ${plainLine(part.tool ?? '')}`.trimEnd())}${failed}`;
  const few = { ...page, linesMax: Math.min(page.linesMax, 8), width: page.width - INDENT.length };
  return block(head, marked(part.text, ' ', few));
}

function repliedPieces(step: Replied, name: string, page: Page): readonly TimedLines[] {
  const inner = { ...page, width: page.width - INDENT.length };
  if (step.kind === 'error')
    return [piece(step.atMs, block(page.style.warning('error'), wrapped(step.text, inner)))];
  if (step.kind === 'call') return [piece(step.atMs, callText(step, name, inner))];
  const heading = step.kind === 'thinking' ? page.style.faint('thinking') : name;
  const first = heading === '' ? [] : [piece(step.pieces[0]?.atMs ?? 0, `${heading}\n`)];
  return [...first, ...answerPieces(step, inner)];
}

/** Each wrapped line is due when its last character had come. */
function answerPieces(
  step: Extract<Replied, { readonly kind: 'answer' | 'thinking' }>,
  page: Page,
): readonly TimedLines[] {
  const text = plainText(step.text).trim();
  const lines = wrapColumns(text, page.width);
  const total = Math.max(1, text.length);
  const momentOf = momentsOf(step);
  let said = 0;
  const pieces = lines.map((line) => {
    said += line.length + 1;
    const shown = step.kind === 'thinking' ? page.style.faint(line) : line;
    return piece(momentOf(said / total), `${line === '' ? '' : INDENT + shown}\n`);
  });
  return [...pieces, piece(step.atMs, '\n')];
}

/** @returns when the given share (0 to 1) of a text had arrived; asked for growing shares, it goes over the pieces once. */
function momentsOf(
  step: Extract<Replied, { readonly kind: 'answer' | 'thinking' }>,
): (share: number) => number {
  const { pieces } = step;
  let at = 0;
  let arrived = pieces[0]?.text.length ?? 0;
  return (share) => {
    const wanted = share * step.text.length;
    while (at < pieces.length && arrived < wanted) {
      at += 1;
      arrived += pieces[at]?.text.length ?? 0;
    }
    return pieces[at]?.atMs ?? step.atMs;
  };
}

function callText(
  step: Extract<Replied, { readonly kind: 'call' }>,
  name: string,
  page: Page,
): string {
  const heading = name === '' ? '' : `${name}\n`;
  const [first] = step.edits;
  const target = first === undefined ? argumentText(step.input) : editTarget(first);
  const tool = plainLine(step.tool);
  const [head = '', ...rest] = wrapColumns(`${tool} ${target}`.trimEnd(), page.width - 12);
  const bold = head.startsWith(tool) ? page.style.bold(tool) + head.slice(tool.length) : head;
  const body = step.edits.flatMap((edit, i) => [
    ...(i === 0 ? [] : [page.style.faint(editTarget(edit))]),
    ...editLines(edit, page),
  ]);
  const heads = cutLines([bold, ...rest], page);
  const said = [...heads.slice(0, -1), `${heads.at(-1) ?? ''}${outcomeText(step.outcome, page)}`];
  const lines = [...said, ...body];
  return `${heading}${lines.map((line) => `${INDENT}${line}\n`).join('')}\n`;
}

const outcomeText = (outcome: Outcome, page: Page): string =>
  outcome === 'rejected' ? ` ${page.style.warning('(rejected)')}` : '';

/** The arguments of a call that wrote nothing, on one line: the one that says most, else all. */
function argumentText(input: unknown): string {
  if (isString(input)) return plainLine(input);
  if (!isObject(input)) return '';
  const telling = ['command', 'cmd', 'file_path', 'path', 'pattern', 'query', 'url', 'prompt'];
  const value = telling.map((key) => input[key]).find(isString);
  return plainLine(value ?? JSON.stringify(input));
}

/** What happened to the exchange besides words. */
function exchangeNotes({ exchange, rulings = [] }: Turn, page: Page): string {
  const notes = [
    ...outcomeNotes(exchange),
    ...rulings.map(rulingNote),
    ...exchange.masks.map(maskNote),
  ];
  if (notes.length === 0) return '';
  // whole: a placeholder or an id in it is what the next command is given
  const lines = notes.flatMap((note) => wrapColumns(`! ${note}`, page.width));
  return `${lines.map(page.style.warning).join('\n')}\n\n`;
}

function outcomeNotes(exchange: Exchange): readonly string[] {
  switch (exchange.outcome) {
    case 'ok':
      return (exchange.status ?? 200) < 400
        ? []
        : [`the model's server answered ${exchange.status}`];
    case 'open':
      return ['still under way'];
    case 'client-abort':
      return ['the agent hung up before the end'];
    case 'upstream-error':
      return ["the model's server could not be reached, or broke off"];
    case 'refused':
      return ['refused by aitrail; nothing went to the model'];
    case 'interrupted':
      return ['the recorder was stopped in the middle'];
  }
}

function rulingNote({ effect, on, rule, tool, place }: Ruling): string {
  const what = tool ?? (on === 'protect' ? 'a write' : `a ${on}`);
  const where = place === null ? '' : ` (${place})`;
  return plainLine(`${rule ?? 'a protected path'} ${RULED[effect] ?? effect} ${what}${where}`);
}

const DIRECTIONS = {
  toModel: 'on the way to the model',
  toAgent: 'before the agent saw it',
  atRest: 'in the record',
} as const satisfies Record<MaskRecord['direction'], string>;

const maskNote = (mask: MaskRecord): string =>
  `${mask.rule} masked ${DIRECTIONS[mask.direction]}: ${plainLine(mask.placeholder)}${mask.isForwarded ? ' (the value itself was passed on)' : ''}`;

/** `12 edits, 3 rejected`. */
export const editCount = (edits: readonly { readonly outcome: Outcome }[]): string => {
  const rejected = edits.filter(({ outcome }) => outcome === 'rejected').length;
  return `${counted(edits.length, 'edit')}${rejected === 0 ? '' : `, ${rejected} rejected`}`;
};

const block = (head: string, lines: readonly string[]): string =>
  `${head}\n${lines.map((line) => (line === '' ? '\n' : `${INDENT}${line}\n`)).join('')}\n`;

const wrapped = (text: string, page: Page): readonly string[] =>
  cutLines(wrapColumns(plainText(text), page.width), page);

const piece = (atMs: number, text: string): TimedLines => ({ atMs, text });
