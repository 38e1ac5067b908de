// OpenAI Chat Completions: chunks of one choice, then [DONE].
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from '../../../src/model/json.ts';
import { type Answer, type Dialect, pieces, sse } from './dialect.ts';

export const CHAT: Dialect = {
  matches: (path) => /\/chat\/completions(?:\?|$)/.test(path),
  isStreamed: (body) => isObject(body) && body['stream'] === true,
  offered: (body) =>
    arrayAt(body, 'tools').map((tool) => {
      const described = objectAt(tool, 'function');
      return {
        name: stringAt(described, 'name') ?? '',
        namespace: null,
        isFreeform: false,
        description: stringAt(described, 'description') ?? '',
        schema: objectAt(described, 'parameters'),
      };
    }),
  wantedSchema: (body) => {
    const schema = objectAt(objectAt(body, 'response_format'), 'json_schema');
    return 'schema' in schema ? objectAt(schema, 'schema') : null;
  },
  events: (answer) => [...[...chunksOf(answer)].map((chunk) => sse(chunk)), 'data: [DONE]\n\n'],
  document: (answer) => ({
    ...completionOf(answer, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text, ...callsOf(answer) },
        finish_reason: finishOf(answer),
      },
    ],
    usage: USAGE,
  }),
  overloaded: {
    status: 503,
    body: { error: { message: 'Overloaded', type: 'server_error', code: null, param: null } },
  },
};

const USAGE = { prompt_tokens: 900, completion_tokens: 40, total_tokens: 940 };
const ID = `chatcmpl-${Math.random().toString(36).slice(2)}`;

const completionOf = ({ model }: Answer, object: string): JsonObject => ({
  id: ID,
  object,
  created: 1_790_000_000,
  model,
});

const finishOf = ({ call }: Answer): string => (call === null ? 'stop' : 'tool_calls');

const callsOf = ({ call }: Answer): JsonObject =>
  call === null
    ? {}
    : {
        tool_calls: [
          {
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: JSON.stringify(call.input) },
          },
        ],
      };

function* chunksOf(answer: Answer): Generator<JsonObject> {
  const base = completionOf(answer, 'chat.completion.chunk');
  const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
    ...base,
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  yield chunk({ role: 'assistant', content: '' });
  for (const content of pieces(answer.text)) yield chunk({ content });
  if (answer.call !== null) {
    const { id, name, input } = answer.call;
    const opened = { index: 0, id, type: 'function', function: { name, arguments: '' } };
    yield chunk({ tool_calls: [opened] });
    for (const json of pieces(JSON.stringify(input)))
      yield chunk({ tool_calls: [{ index: 0, function: { arguments: json } }] });
  }
  yield chunk({}, finishOf(answer));
  yield { ...base, choices: [], usage: USAGE };
}
