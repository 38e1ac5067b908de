// Anthropic Messages: typed events, one block after the other.
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from '../../../src/model/json.ts';
import { type Answer, type Dialect, pieces, sse } from './dialect.ts';

export const ANTHROPIC: Dialect = {
  matches: (path) => /\/messages(?:\?|$)/.test(path),
  isStreamed: (body) => isObject(body) && body['stream'] === true,
  offered: (body) =>
    arrayAt(body, 'tools').map((tool) => ({
      name: stringAt(tool, 'name') ?? '',
      namespace: null,
      isFreeform: false,
      description: stringAt(tool, 'description') ?? '',
      schema: objectAt(tool, 'input_schema'),
    })),
  wantedSchema: (body) => {
    const format = objectAt(objectAt(body, 'output_config'), 'format');
    return 'schema' in format ? objectAt(format, 'schema') : null;
  },
  events: (answer) => [...eventsOf(answer)].map((event) => sse(event, String(event['type']))),
  document: (answer) => ({
    ...messageOf(answer),
    content: blocksOf(answer),
    stop_reason: stopOf(answer),
    usage: { input_tokens: 900, output_tokens: 40 },
  }),
  overloaded: {
    status: 529,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  },
};

const messageOf = ({ model }: Answer): JsonObject => ({
  id: `msg_${Math.random().toString(36).slice(2)}`,
  type: 'message',
  role: 'assistant',
  model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 900, output_tokens: 1 },
});

const stopOf = ({ call }: Answer): string => (call === null ? 'end_turn' : 'tool_use');

const blocksOf = ({ text, call }: Answer): readonly JsonObject[] => [
  { type: 'text', text },
  ...(call === null ? [] : [{ type: 'tool_use', id: call.id, name: call.name, input: call.input }]),
];

function* eventsOf(answer: Answer): Generator<JsonObject> {
  yield { type: 'message_start', message: messageOf(answer) };
  yield { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
  for (const text of pieces(answer.text))
    yield { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
  yield { type: 'content_block_stop', index: 0 };
  if (answer.call !== null) {
    const { id, name, input } = answer.call;
    const block = { type: 'tool_use', id, name, input: {} };
    yield { type: 'content_block_start', index: 1, content_block: block };
    for (const json of pieces(JSON.stringify(input))) {
      const delta = { type: 'input_json_delta', partial_json: json };
      yield { type: 'content_block_delta', index: 1, delta };
    }
    yield { type: 'content_block_stop', index: 1 };
  }
  const delta = { stop_reason: stopOf(answer), stop_sequence: null };
  yield { type: 'message_delta', delta, usage: { output_tokens: 40 } };
  yield { type: 'message_stop' };
}
