// Replies in each provider's shape, made from one short script.
import type { Protocol, WireName } from '../../src/model/wire.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    };

export type Cutter = (text: string) => readonly string[];

export interface Provider {
  readonly name: WireName;
  readonly protocol: Protocol;
  readonly path: string;
  /** Data of the events in order; strings stand as they are. */
  events(parts: readonly Part[], cut: Cutter): readonly (object | string)[];
  /** The same as one document. */
  document(parts: readonly Part[]): object;
  /** Is the event named in an `event:` field too? */
  readonly isNamed: boolean;
  /** Id of the call that is the third part; null where the format has none. */
  readonly callId: string | null;
}

export const sseText = (
  provider: Provider,
  events: readonly (object | string)[],
  end = '\n',
): string =>
  events
    .map((data) => {
      const type =
        provider.isNamed && typeof data === 'object' && 'type' in data ? data.type : null;
      const name = typeof type === 'string' ? `event: ${type}${end}` : '';
      return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}${end}${end}`;
    })
    .join('');

const anthropicBlock = (part: Part, i: number): Readonly<Record<string, unknown>> => {
  if (part.kind === 'text') return { type: 'text', text: part.text };
  if (part.kind === 'thinking') return { type: 'thinking', thinking: part.text, signature: SEAL };
  return { type: 'tool_use', id: `toolu_${i}`, name: part.name, input: part.input };
};

/** Base64 text that is long enough to look like a signature. */
export const SEAL = Buffer.from('sealed '.repeat(20)).toString('base64');

const USAGE = { input_tokens: 12, output_tokens: 34, cache_read_input_tokens: 5 };

const anthropic: Provider = {
  callId: 'toolu_2',
  name: 'anthropic-messages',
  protocol: 'anthropic-messages',
  path: '/v1/messages',
  isNamed: true,
  events: (parts, cut) => [
    {
      type: 'message_start',
      message: { id: 'msg_1', role: 'assistant', model: 'claude-x', content: [], usage: USAGE },
    },
    { type: 'ping' },
    ...parts.flatMap((part, index) => {
      const start = {
        text: { type: 'text', text: '' },
        thinking: { type: 'thinking', thinking: '', signature: '' },
        call: { ...anthropicBlock(part, index), input: {} },
      }[part.kind];
      const deltas =
        part.kind === 'text'
          ? cut(part.text).map((text) => ({ type: 'text_delta', text }))
          : part.kind === 'thinking'
            ? [
                ...cut(part.text).map((thinking) => ({ type: 'thinking_delta', thinking })),
                { type: 'signature_delta', signature: SEAL },
              ]
            : cut(JSON.stringify(part.input)).map((text) => ({
                type: 'input_json_delta',
                partial_json: text,
              }));
      return [
        { type: 'content_block_start', index, content_block: start },
        ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ];
    }),
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 77 } },
    { type: 'message_stop' },
  ],
  document: (parts) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: parts.map(anthropicBlock),
    stop_reason: 'end_turn',
    usage: { ...USAGE, output_tokens: 77 },
  }),
};

const responsesItem = (part: Part, i: number): Readonly<Record<string, unknown>> => {
  if (part.kind === 'text')
    return {
      id: `msg_${i}`,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: part.text, annotations: [], logprobs: [] }],
    };
  if (part.kind === 'thinking')
    return {
      id: `rs_${i}`,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: part.text }],
      encrypted_content: SEAL,
    };
  const json = JSON.stringify(part.input);
  return {
    id: `fc_${i}`,
    type: 'function_call',
    arguments: json,
    call_id: `call_${i}`,
    name: part.name,
  };
};

const responsesDocument = (parts: readonly Part[]): object => ({
  id: 'resp_1',
  object: 'response',
  status: 'completed',
  model: 'gpt-x',
  output: parts.map(responsesItem),
  usage: { input_tokens: 12, output_tokens: 77, input_tokens_details: { cached_tokens: 5 } },
});

const responses: Provider = {
  callId: 'call_2',
  name: 'openai-responses',
  protocol: 'openai',
  path: '/v1/responses',
  isNamed: true,
  events: (parts, cut) => [
    { type: 'response.created', response: { id: 'resp_1', model: 'gpt-x', output: [] } },
    ...parts.flatMap((part, i) => {
      const item = responsesItem(part, i);
      const id = { item_id: item['id'], output_index: i };
      const [kind, place, text] =
        part.kind === 'call'
          ? ['function_call_arguments', {}, JSON.stringify(part.input)]
          : part.kind === 'text'
            ? ['output_text', { content_index: 0 }, part.text]
            : ['reasoning_summary_text', { summary_index: 0 }, part.text];
      const key = part.kind === 'call' ? 'arguments' : 'text';
      const empty = { ...item, content: [], summary: [], arguments: '' };
      return [
        { type: 'response.output_item.added', output_index: i, item: empty },
        ...cut(text).map((delta) => ({ type: `response.${kind}.delta`, ...id, ...place, delta })),
        { type: `response.${kind}.done`, ...id, ...place, [key]: text },
        { type: 'response.output_item.done', output_index: i, item },
      ];
    }),
    { type: 'response.completed', response: responsesDocument(parts) },
  ],
  document: responsesDocument,
};

const chatCalls = (parts: readonly Part[]): readonly object[] =>
  parts.flatMap((part, i) =>
    part.kind === 'call'
      ? [
          {
            id: `call_${i}`,
            type: 'function',
            function: { name: part.name, arguments: JSON.stringify(part.input) },
          },
        ]
      : [],
  );

const chatChunk = (delta: object, finish: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  model: 'gpt-x',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
});

const CHAT_USAGE = {
  prompt_tokens: 12,
  completion_tokens: 77,
  prompt_tokens_details: { cached_tokens: 5 },
};

const chat: Provider = {
  callId: 'call_2',
  name: 'openai-chat',
  protocol: 'openai',
  path: '/v1/chat/completions',
  isNamed: false,
  events: (parts, cut) => [
    chatChunk({ role: 'assistant', content: '' }),
    ...parts.flatMap((part, i) => {
      if (part.kind === 'text') return cut(part.text).map((content) => chatChunk({ content }));
      if (part.kind === 'thinking')
        return cut(part.text).map((text) => chatChunk({ reasoning_content: text }));
      const index = parts.slice(0, i).filter((one) => one.kind === 'call').length;
      const head = {
        index,
        id: `call_${i}`,
        type: 'function',
        function: { name: part.name, arguments: '' },
      };
      return [
        chatChunk({ tool_calls: [head] }),
        ...cut(JSON.stringify(part.input)).map((text) =>
          chatChunk({ tool_calls: [{ index, function: { arguments: text } }] }),
        ),
      ];
    }),
    chatChunk({}, 'stop'),
    {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      model: 'gpt-x',
      choices: [],
      usage: CHAT_USAGE,
    },
    '[DONE]',
  ],
  document: (parts) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: 'gpt-x',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join(''),
          reasoning_content: parts
            .flatMap((part) => (part.kind === 'thinking' ? [part.text] : []))
            .join(''),
          tool_calls: chatCalls(parts),
        },
        finish_reason: 'stop',
      },
    ],
    usage: CHAT_USAGE,
  }),
};

const geminiPart = (part: Part, cut: Cutter): readonly object[] => {
  if (part.kind === 'text') return cut(part.text).map((text) => ({ text }));
  if (part.kind === 'thinking') return cut(part.text).map((text) => ({ text, thought: true }));
  return [{ functionCall: { name: part.name, args: part.input }, thoughtSignature: SEAL }];
};

const geminiChunk = (parts: readonly object[], finish: string | null): object => ({
  candidates: [
    {
      content: { parts, role: 'model' },
      ...(finish === null ? {} : { finishReason: finish }),
      index: 0,
    },
  ],
  usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 77, cachedContentTokenCount: 5 },
  modelVersion: 'gemini-x',
});

const gemini: Provider = {
  callId: null,
  name: 'gemini',
  protocol: 'gemini',
  path: '/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
  isNamed: false,
  events: (parts, cut) => {
    const all = parts.flatMap((part) => geminiPart(part, cut));
    return [...all.map((part) => geminiChunk([part], null)), geminiChunk([], 'STOP')];
  },
  document: (parts) =>
    geminiChunk(
      parts.flatMap((part) => geminiPart(part, (text) => [text])),
      'STOP',
    ),
};

export const PROVIDERS: readonly Provider[] = [anthropic, responses, chat, gemini];
