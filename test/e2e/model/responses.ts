// OpenAI Responses over SSE: items that are added, grow and are done; all of them once more at the end.
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from '../../../src/model/json.ts';
import { type Answer, type Dialect, pieces, sse } from './dialect.ts';
import type { Offered } from './tools.ts';

export const RESPONSES: Dialect = {
  matches: (path) => /\/responses(?:\?|$)/.test(path),
  isStreamed: (body) => isObject(body) && body['stream'] === true,
  offered: (body) => {
    // newer models get their tools as an item of the conversation
    const items = arrayAt(body, 'input').filter(
      (item) => stringAt(item, 'type') === 'additional_tools',
    );
    const tools = [...arrayAt(body, 'tools'), ...items.flatMap((item) => arrayAt(item, 'tools'))];
    return tools.flatMap(offeredIn);
  },
  wantedSchema: (body) => {
    const format = objectAt(objectAt(body, 'text'), 'format');
    return 'schema' in format ? objectAt(format, 'schema') : null;
  },
  events: (answer) =>
    [...eventsOf(answer)].map((event, at) =>
      sse({ ...event, sequence_number: at }, String(event['type'])),
    ),
  document: (answer) => responseOf(answer, itemsOf(answer)),
  overloaded: {
    status: 503,
    body: { error: { message: 'Overloaded', type: 'server_error', code: 'server_is_overloaded' } },
  },
};

function offeredIn(tool: unknown): readonly Offered[] {
  const name = stringAt(tool, 'name') ?? '';
  if (stringAt(tool, 'type') === 'namespace')
    return arrayAt(tool, 'tools').flatMap((inner) =>
      offeredIn(inner).map((one) => ({ ...one, namespace: name })),
    );
  const isFreeform = stringAt(tool, 'type') === 'custom';
  const description = stringAt(tool, 'description') ?? '';
  const schema = objectAt(tool, 'parameters');
  return [{ name, namespace: null, isFreeform, schema, description }];
}

const newId = (prefix: string): string => `${prefix}_${Math.random().toString(36).slice(2)}`;

function itemsOf({ text, call }: Answer): readonly JsonObject[] {
  const content = [{ type: 'output_text', text, annotations: [] }];
  const message = { id: newId('msg'), type: 'message', role: 'assistant', content };
  if (call === null) return [{ ...message, status: 'completed' }];
  const { id, name, input, namespace } = call;
  const named = {
    status: 'completed',
    call_id: id,
    name,
    ...(namespace === null ? {} : { namespace }),
  };
  const item =
    typeof input === 'string'
      ? { id: newId('ctc'), type: 'custom_tool_call', ...named, input }
      : { id: newId('fc'), type: 'function_call', ...named, arguments: JSON.stringify(input) };
  return [{ ...message, status: 'completed' }, item];
}

const responseOf = ({ model }: Answer, output: readonly JsonObject[]): JsonObject => ({
  id: newId('resp'),
  object: 'response',
  created_at: 1_790_000_000,
  status: output.length === 0 ? 'in_progress' : 'completed',
  error: null,
  model,
  output,
  usage: output.length === 0 ? null : { input_tokens: 900, output_tokens: 40, total_tokens: 940 },
});

/** What of an item comes in pieces: the member, and the name of its events. */
const GROWING: Readonly<Record<string, readonly [member: string, event: string]>> = {
  custom_tool_call: ['input', 'response.custom_tool_call_input'],
  function_call: ['arguments', 'response.function_call_arguments'],
};

function* eventsOf(answer: Answer): Generator<JsonObject> {
  const items = itemsOf(answer);
  yield { type: 'response.created', response: responseOf(answer, []) };
  for (const [index, item] of items.entries()) {
    const place = { item_id: item['id'], output_index: index };
    const [member, event] = GROWING[String(item['type'])] ?? ['content', 'response.output_text'];
    const isMessage = member === 'content';
    const empty = { ...item, status: 'in_progress', [member]: isMessage ? [] : '' };
    yield { type: 'response.output_item.added', output_index: index, item: empty };
    const at = isMessage ? { ...place, content_index: 0 } : place;
    const part = { type: 'output_text', text: '', annotations: [] };
    if (isMessage) yield { type: 'response.content_part.added', ...at, part };
    const whole = isMessage ? answer.text : String(item[member]);
    for (const delta of pieces(whole)) yield { type: `${event}.delta`, ...at, delta };
    yield { type: `${event}.done`, ...at, [isMessage ? 'text' : member]: whole };
    if (isMessage)
      yield { type: 'response.content_part.done', ...at, part: { ...part, text: whole } };
    yield { type: 'response.output_item.done', output_index: index, item };
  }
  yield { type: 'response.completed', response: responseOf(answer, items) };
}
