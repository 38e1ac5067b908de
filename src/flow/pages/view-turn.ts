// One exchange as the pages show it: a list of steps, texts cut to what a person may want to see at first.
import type { Asked, Replied, Turn } from '../../model/conversation.ts';
import { isObject, isString } from '../../model/json.ts';
import type { Ruling } from '../../model/ruling.ts';
import type { CutText, Step, TurnView } from '../../model/pages.ts';
import { viewEdit } from './view-edit.ts';

/** Of one text, UTF-16 units. The rest is sent when somebody asks for it. */
const TEXT_MAX = 60_000;
const TARGET_MAX = 400;

export const viewTurn = (
  turn: Turn,
  rulings: readonly Ruling[],
  textMax: number = TEXT_MAX,
): TurnView => ({
  exchange: turn.exchange,
  isSideCall: turn.isSideCall,
  rulings,
  steps: stepsOf(turn).map((step) => cutStep(step, textMax)),
});

/** One step with its texts whole, as much as fits. */
export const viewWholeStep = (turn: Turn, at: number, max: number): Step | null => {
  const step = stepsOf(turn)[at];
  return step === undefined ? null : cutStep(step, max);
};

const stepsOf = ({ asked, replied }: Turn): readonly Step[] => [
  ...asked.map(viewAsked),
  ...replied.map(viewReplied),
];

const whole = (text: string): CutText => ({ text, length: text.length });

function viewAsked(part: Asked): Step {
  if (part.kind === 'prompt') return { kind: 'prompt', text: whole(part.text), atMs: 0 };
  const { tool, text, isError } = part;
  return { kind: 'result', tool, text: whole(text), isError: isError === true, atMs: 0 };
}

function viewReplied(step: Replied): Step {
  if (step.kind !== 'call') return { kind: step.kind, text: whole(step.text), atMs: step.atMs };
  const { tool, input, edits, outcome, atMs } = step;
  const written = isString(input) ? input : JSON.stringify(input ?? null, null, 2);
  return {
    kind: 'call',
    tool,
    target: targetOf(input).slice(0, TARGET_MAX),
    input: whole(written),
    edits: edits.map((edit) => viewEdit(edit)),
    outcome,
    atMs,
  };
}

const TELLING = ['command', 'cmd', 'file_path', 'path', 'pattern', 'query', 'url', 'prompt'];

function targetOf(input: unknown): string {
  if (isString(input)) return input;
  if (!isObject(input)) return '';
  const told = TELLING.map((key) => input[key]).find(
    (value) => isString(value) || (Array.isArray(value) && value.every(isString)),
  );
  return Array.isArray(told) ? told.join(' ') : isString(told) ? told : '';
}

function cutStep(step: Step, max: number): Step {
  if (step.kind === 'call') return { ...step, input: cut(step.input, max) };
  return { ...step, text: cut(step.text, max) };
}

/** Never in the middle of a surrogate pair. */
function cut({ text, length }: CutText, max: number): CutText {
  if (length <= max) return { text, length };
  const isPair = /[\uD800-\uDBFF]/.test(text.charAt(max - 1));
  return { text: text.slice(0, isPair ? max - 1 : max), length };
}
