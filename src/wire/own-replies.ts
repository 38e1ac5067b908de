// A whole reply of our own in the model's place: words that the agent shows and keeps in its history, so that the
// conversation goes on after a request that was not sent.
import type { WireName } from '../model/wire.ts';

export interface OwnReply {
  readonly contentType: string;
  readonly body: string;
}

interface Asked {
  readonly words: string;
  readonly model: string;
  readonly isStream: boolean;
  /** Path and query: Gemini tells events from documents there. */
  readonly path: string;
}

const MAKERS: Readonly<Record<WireName, (asked: Asked) => OwnReply>> = {
  'anthropic-messages': anthropic,
  'openai-responses': responses,
  'openai-chat': chat,
  'openai-completions': completions,
  gemini,
};

/** @returns a reply of the format that ends its turn. */
export const makeOwnReply = (wire: WireName, asked: Asked): OwnReply => MAKERS[wire](asked);

const json = (value: object): OwnReply => ({
  contentType: 'application/json',
  body: JSON.stringify(value),
});

/** @param events their `type`, where they have one, is named in the event field too. */
const stream = (events: readonly (object | string)[]): OwnReply => ({
  contentType: 'text/event-stream',
  body: events
    .map((data) => {
      if (typeof data === 'string') return `data: ${data}\n\n`;
      const name = 'type' in data && typeof data.type === 'string' ? `event: ${data.type}\n` : '';
      return `${name}data: ${JSON.stringify(data)}\n\n`;
    })
    .join(''),
});

function anthropic({ words, model, isStream }: Asked): OwnReply {
  const usage = { input_tokens: 0, output_tokens: 0 };
  const message = { id: 'msg_aitrail', type: 'message', role: 'assistant', model };
  const content = [{ type: 'text', text: words }];
  if (!isStream)
    return json({ ...message, content, stop_reason: 'end_turn', stop_sequence: null, usage });
  const start = { ...message, content: [], stop_reason: null, stop_sequence: null, usage };
  return stream([
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 0 },
    },
    { type: 'message_stop' },
  ]);
}

function responses({ words, model, isStream }: Asked): OwnReply {
  const part = { type: 'output_text', annotations: [], text: words };
  const id = 'msg_aitrail';
  const item = { id, type: 'message', status: 'completed', role: 'assistant', content: [part] };
  const response = {
    id: 'resp_aitrail',
    object: 'response',
    created_at: 0,
    status: 'completed',
    model,
    output: [item],
    usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
  };
  if (!isStream) return json(response);
  const open = { ...response, status: 'in_progress', output: [], usage: null };
  const at = { item_id: id, output_index: 0, content_index: 0 };
  const events = [
    { type: 'response.created', response: open },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...at, delta: words },
    { type: 'response.output_text.done', ...at, text: words },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response },
  ];
  return stream(events.map((event, index) => ({ ...event, sequence_number: index })));
}

function chat({ words, model, isStream }: Asked): OwnReply {
  const facts = { id: 'chatcmpl-aitrail', created: 0, model };
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  if (!isStream) {
    const message = { role: 'assistant', content: words };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return json({ ...facts, object: 'chat.completion', choices, usage });
  }
  const chunk = (delta: object, reason: string | null): object => ({
    ...facts,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  return stream([chunk({ role: 'assistant', content: words }, null), chunk({}, 'stop'), '[DONE]']);
}

/** Nothing is offered: words of ours would be typed into a file. */
function completions({ model, isStream }: Asked): OwnReply {
  const choices = [{ index: 0, text: '', finish_reason: 'stop' }];
  const completion = { id: 'cmpl-aitrail', object: 'text_completion', created: 0, model, choices };
  return isStream ? stream([completion, '[DONE]']) : json(completion);
}

function gemini({ words, model, isStream, path }: Asked): OwnReply {
  const reply = {
    candidates: [
      { content: { role: 'model', parts: [{ text: words }] }, finishReason: 'STOP', index: 0 },
    ],
    usageMetadata: { promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 },
    modelVersion: model,
  };
  const wrapped = path.includes('/v1internal') ? { response: reply } : reply;
  if (!isStream) return json(wrapped);
  return /[?&]alt=sse\b/.test(path)
    ? stream([wrapped])
    : { contentType: 'application/json', body: JSON.stringify([wrapped]) };
}
