// What a request added to the conversation: everything behind the last thing that the model said in it.
import { lastUserTurn } from '../../agents/last-user-turn.ts';
import { recogniseAgent } from '../../agents/recognise-agent.ts';
import type { Asked } from '../../model/conversation.ts';
import { parseJson } from '../../model/json.ts';
import type { Exchange } from '../../model/session.ts';
import type { Block, Message } from '../../model/wire.ts';
import type { Store } from '../../store/store.ts';
import type { WireFormat } from '../../wire/format.ts';

interface RecordedRequest {
  readonly exchange: Exchange;
  readonly format: WireFormat;
  readonly request: Uint8Array;
}

export async function readAsked(
  store: Store,
  recorded: RecordedRequest,
): Promise<{ readonly isSideCall: boolean; readonly asked: readonly Asked[] }> {
  const { exchange, format, request } = recorded;
  const body = parseJson(Buffer.from(request).toString('utf8'));
  const parsed = format.parseRequest(body, exchange.url);
  const recordedHeaders = (await store.readHeaders(exchange.id)).request;
  const headers = Object.fromEntries(
    recordedHeaders.map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { isSideCall } = recogniseAgent({ headers, url: exchange.url, request: parsed, body });
  return { isSideCall, asked: askedIn(parsed.messages) };
}

/** Results of tools, then a person's words. */
export function askedIn(messages: readonly Message[]): readonly Asked[] {
  const last = messages.findLastIndex((message) => message.role === 'assistant');
  const newest = messages.slice(last + 1);
  const hasResults = newest.some(({ blocks }) => blocks.some(({ kind }) => kind === 'tool-result'));
  const tools = hasResults ? toolNames(messages) : NO_TOOLS;
  const results = newest.flatMap((message) => message.blocks.flatMap((b) => resultOf(b, tools)));
  const words = lastUserTurn(newest);
  const prompts: readonly Asked[] = words === null ? [] : [{ kind: 'prompt', text: words }];
  return [...results, ...prompts];
}

const NO_TOOLS: ReadonlyMap<string, string> = new Map();

function resultOf(block: Block, tools: ReadonlyMap<string, string>): readonly Asked[] {
  if (block.kind !== 'tool-result') return [];
  const { callId, name, text, isError } = block.result;
  const tool = name ?? (callId === null ? null : (tools.get(callId) ?? null));
  return [{ kind: 'result', callId, tool, text, isError }];
}

/** Names of the calls in the history, by id: results often carry the id alone. */
const toolNames = (messages: readonly Message[]): ReadonlyMap<string, string> =>
  new Map(
    messages.flatMap((message) =>
      message.blocks.flatMap((block): readonly (readonly [string, string])[] =>
        block.kind === 'tool-call' && block.call.id !== null
          ? [[block.call.id, block.call.name]]
          : [],
      ),
    ),
  );
