// What every provider's format is read into, and the contract that each format file in src/wire fulfils.

export type WireName =
  | 'anthropic-messages'
  | 'openai-responses'
  | 'openai-chat'
  | 'openai-completions'
  | 'gemini';
/** `http`: a connection whose bodies are kept but not understood. */
export type Protocol = 'anthropic-messages' | 'openai' | 'gemini' | 'http';

export interface ToolCall {
  /** The wire's own id; Gemini often has none. */
  readonly id: string | null;
  readonly name: string;
  /** Parsed arguments, or the text of a free-form call (Codex' apply_patch). */
  readonly input: unknown;
}

export interface ToolResult {
  readonly callId: string | null;
  readonly name: string | null;
  readonly text: string;
  /** null where the format has no flag; src/agents reads the text then. */
  readonly isError: boolean | null;
}

export type Block =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Code by itself, as completions are: no words around it, no fences. */
      readonly isCode?: true;
    }
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  | { readonly kind: 'tool-result'; readonly result: ToolResult }
  | { readonly kind: 'media'; readonly mediaType: string; readonly bytes: number }
  | { readonly kind: 'other'; readonly type: string };

export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly blocks: readonly Block[];
}

export interface WireRequest {
  readonly model: string | null;
  readonly isStream: boolean;
  /** In the order of the conversation, system prompt first. */
  readonly messages: readonly Message[];
  readonly toolNames: readonly string[];
}

export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
}

export interface WireReply {
  readonly model: string | null;
  readonly stopReason: string | null;
  readonly usage: Usage;
  readonly blocks: readonly Block[];
  /** False where the stream was cut: partial tool calls are left out of `blocks`. */
  readonly isComplete: boolean;
  readonly error: string | null;
}

/** One server-sent event; `raw` are the very bytes received, blank line included. */
export interface SseEvent {
  readonly event: string | null;
  readonly data: string;
  readonly raw: Uint8Array;
}

/** What a piece of text in a reply will be used for; decides whether a mask reaches the client. */
export type Field =
  | 'text' // shown to a person or read by the model
  | 'thinking' // unsigned
  | 'sealed' // signed or bound to a signature: never altered towards the client
  | 'arguments' // JSON text of a tool call, in fragments or whole
  | 'argument' // one decoded string among a tool call's arguments: the site's pointer says which
  | 'freeform' // a tool call's input that is not JSON
  | 'error';

/** One string inside an event's JSON that carries model output. */
export interface TextSite {
  /** Stable within a reply; deltas of one channel concatenate to one text. */
  readonly channel: string;
  /** Where in the event's JSON: object keys and array indexes. */
  readonly path: readonly (string | number)[];
  /** The text is the key that ends the path, not what stands below it. */
  readonly isKey?: true;
  readonly field: Field;
  /** `delta` continues the channel; `whole` repeats or is a complete text of its own. */
  readonly piece: 'delta' | 'whole';
  /** The tool whose call this belongs to, where known. */
  readonly tool: string | null;
  /** Keys that lead to the string inside the call's arguments; only for `argument`. */
  readonly pointer: readonly (string | number)[] | null;
}

export interface EventReading {
  readonly sites: readonly TextSite[];
  /** Channels that end with this event: held text goes out before it. */
  readonly closes: readonly string[];
  /** The reply is over for the client (message_stop, response.completed, [DONE] or finish chunk …). */
  readonly isTerminal: boolean;
  /** May overtake events that are held back. */
  readonly isKeepAlive: boolean;
}
