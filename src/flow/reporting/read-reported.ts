// What a laptop sent, into the types of the store. It came over the wire: whatever is not of its shape is not taken.
import { isObject, isString, type JsonObject, numberAt, stringAt } from '../../model/json.ts';
import type { Edit, HunkLine, Outcome, OutcomeSource } from '../../model/edit.ts';
import { RANGES_MAX, type MaskRecord } from '../../model/secret.ts';
import type { ReportedEmission } from '../../model/reporting.ts';
import type { Place } from '../../model/session.ts';
import type { Protocol, Usage } from '../../model/wire.ts';

export function readPlace(place: unknown): Place {
  const text = (name: string): string | null => stringAt(place, name);
  return {
    repository: text('repository'),
    worktree: text('worktree'),
    remote: text('remote'),
    branch: text('branch'),
    head: text('head'),
    host: text('host') ?? '',
  };
}

export const readUsage = (value: unknown): Usage | null =>
  isObject(value)
    ? {
        inputTokens: numberAt(value, 'inputTokens'),
        outputTokens: numberAt(value, 'outputTokens'),
        cacheReadTokens: numberAt(value, 'cacheReadTokens'),
        cacheWriteTokens: numberAt(value, 'cacheWriteTokens'),
      }
    : null;

const PROTOCOLS = ['anthropic-messages', 'openai', 'gemini', 'http'] as const;

export const protocolOf = (record: unknown): Protocol =>
  PROTOCOLS.find((one) => one === stringAt(record, 'protocol')) ?? 'http';

/** Header lines. */
export const readPairs = (value: unknown): readonly (readonly [string, string])[] =>
  (Array.isArray(value) ? value : []).flatMap((pair: unknown) => {
    const [name, text]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    return isString(name) && isString(text) ? [[name, text] as const] : [];
  });

const DIRECTIONS = ['toModel', 'toAgent', 'atRest'] as const;

export function readMask(value: unknown): readonly MaskRecord[] {
  if (!isObject(value)) return [];
  const [rule, placeholder, channel] = [value['rule'], value['placeholder'], value['channel']];
  const direction = DIRECTIONS.find((one) => one === value['direction']);
  if (!isString(rule) || !isString(placeholder) || direction === undefined) return [];
  const isForwarded = value['isForwarded'] === true;
  const ranges = (Array.isArray(value['ranges']) ? value['ranges'] : []).flatMap(readRange);
  return [
    {
      rule,
      placeholder,
      direction,
      isForwarded,
      channel: isString(channel) ? channel : '',
      ranges: ranges.slice(0, RANGES_MAX),
    },
  ];
}

function readRange(value: unknown): readonly (readonly [number, number])[] {
  const [from, to]: readonly unknown[] = Array.isArray(value) ? value : [];
  return typeof from === 'number' && typeof to === 'number' ? [[from, to] as const] : [];
}

const OUTCOMES: readonly Outcome[] = ['accepted', 'rejected', 'unknown'];
const SOURCES: readonly OutcomeSource[] = ['wire', 'client'];

/** @returns null for what is none. */
export function readEmission(value: unknown): ReportedEmission | null {
  const edit = isObject(value) ? value['edit'] : null;
  if (!isEdit(edit)) return null;
  return {
    callId: stringAt(value, 'callId'),
    tool: stringAt(value, 'tool'),
    repository: stringAt(value, 'repository'),
    path: stringAt(value, 'path'),
    edit,
    outcome: OUTCOMES.find((one) => one === stringAt(value, 'outcome')) ?? 'unknown',
    outcomeSource: SOURCES.find((one) => one === stringAt(value, 'outcomeSource')) ?? 'wire',
  };
}

function isEdit(value: unknown): value is Edit {
  if (!isObject(value)) return false;
  const fits = isString(value['kind']) ? SHAPES.get(value['kind']) : undefined;
  return fits?.(value) ?? false;
}

const isPath = ({ path }: JsonObject): boolean => isString(path);
const isWriting = (edit: JsonObject): boolean => isPath(edit) && isString(edit['text']);
const isPathOrNull = (value: unknown): boolean => value === null || isString(value);

const SHAPES: ReadonlyMap<string, (edit: JsonObject) => boolean> = new Map([
  ['write', isWriting],
  ['append', isWriting],
  ['insert', isWriting],
  [
    'replace',
    (edit) =>
      isPath(edit) &&
      isString(edit['before']) &&
      isString(edit['after']) &&
      typeof edit['isAll'] === 'boolean',
  ],
  [
    'patch',
    (edit) =>
      isPath(edit) &&
      isPathOrNull(edit['movedTo']) &&
      isListOf(edit['hunks'], (hunk) => isListOf(hunk, isHunkLine)),
  ],
  ['delete', isPath],
  ['rename', (edit) => isPath(edit) && isString(edit['movedTo'])],
  ['snippet', (edit) => isPathOrNull(edit['path']) && isString(edit['text'])],
  [
    'told',
    ({ by, path, text }) => (by === 'person' || by === 'model') && path === null && isString(text),
  ],
  ['command', ({ command, paths }) => isString(command) && isListOf(paths, isString)],
]);

const isListOf = (value: unknown, isOne: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

const MARKS: readonly unknown[] = [' ', '-', '+'] satisfies readonly HunkLine['mark'][];

const isHunkLine = (line: unknown): boolean =>
  isObject(line) && isString(line['text']) && MARKS.includes(line['mark']);
