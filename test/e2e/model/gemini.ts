// Gemini: calls arrive whole and carry no id. Behind Code Assist request and reply are wrapped once more.
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from '../../../src/model/json.ts';
import { type Answer, type Dialect, pieces, sse } from './dialect.ts';
import { partIn } from './script.ts';

const innerOf = (body: unknown): unknown =>
  isObject(body) && isObject(body['request']) ? body['request'] : body;

export const GEMINI: Dialect = {
  matches: (path) => /:(?:stream)?[gG]enerateContent/.test(path),
  isStreamed: (_body, path) => path.includes(':streamGenerateContent'),
  offered: (body) =>
    arrayAt(innerOf(body), 'tools')
      .flatMap((tool) => arrayAt(tool, 'functionDeclarations'))
      .map((tool) => ({
        name: stringAt(tool, 'name') ?? '',
        namespace: null,
        isFreeform: false,
        schema: { ...objectAt(tool, 'parameters'), ...objectAt(tool, 'parametersJsonSchema') },
      })),
  wantedSchema: (body) => {
    const config = objectAt(innerOf(body), 'generationConfig');
    const schema = {
      ...objectAt(config, 'responseSchema'),
      ...objectAt(config, 'responseJsonSchema'),
    };
    return Object.keys(schema).length === 0 ? null : schema;
  },
  stepsTaken,
  events: (answer) => [...chunksOf(answer)].map((chunk) => sse(chunk).replaceAll('\n', '\r\n')),
  document: (answer) => chunkOf(answer, [{ text: answer.text }, ...callParts(answer)], true),
  overloaded: {
    status: 503,
    body: { error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } },
  },
};

/** Turns with a call since the newest prompt. */
function stepsTaken(body: unknown): number {
  const contents = arrayAt(innerOf(body), 'contents');
  const prompt = contents.findLastIndex(
    (content) => stringAt(content, 'role') === 'user' && partIn(JSON.stringify(content)) !== null,
  );
  return contents
    .slice(prompt)
    .filter((content) => arrayAt(content, 'parts').some((part) => 'functionCall' in objectOf(part)))
    .length;
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

const callParts = ({ call }: Answer): readonly JsonObject[] =>
  call === null
    ? []
    : [
        {
          functionCall: { name: call.name, args: call.input },
          thoughtSignature: Buffer.from('a thought').toString('base64'),
        },
      ];

const chunkOf = ({ model }: Answer, parts: readonly JsonObject[], isLast: boolean): JsonObject => ({
  candidates: [
    { content: { role: 'model', parts }, index: 0, ...(isLast ? { finishReason: 'STOP' } : {}) },
  ],
  usageMetadata: { promptTokenCount: 900, candidatesTokenCount: 40, totalTokenCount: 940 },
  modelVersion: model,
});

function* chunksOf(answer: Answer): Generator<JsonObject> {
  const texts = pieces(answer.text).map((text) => ({ text }));
  const parts = [...texts, ...callParts(answer)];
  for (const [at, part] of parts.entries()) yield chunkOf(answer, [part], at === parts.length - 1);
}
