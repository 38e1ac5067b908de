// The formats that are understood, and which one a request is in.
import type { Protocol } from '../model/wire.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { WireFormat } from './format.ts';
import { geminiGenerate } from './gemini-generate.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiCompletions } from './openai-completions.ts';
import { plainHttp } from './plain-http.ts';
import { openAiResponses } from './openai-responses.ts';

const FORMATS = {
  'anthropic-messages': [anthropicMessages],
  // one upstream may offer all of them, told apart by path
  openai: [openAiResponses, openAiChat, openAiCompletions, anthropicMessages],
  gemini: [geminiGenerate, openAiChat],
  http: [],
} as const satisfies Record<Protocol, readonly WireFormat[]>;

/**
 * Picks the format of a request.
 *
 * @param path after the connection, with or without `/v1`, query or not.
 * @returns null where bodies are kept but not understood: token counts, model lists, plain HTTP.
 */
export function pickFormat(protocol: Protocol, method: string, path: string): WireFormat | null {
  const formats: readonly WireFormat[] = FORMATS[protocol];
  return formats.find((format) => format.matches(method, path)) ?? null;
}

/** The format whose error shape a connection's clients read, also where no format matches. */
export function errorFormat(protocol: Protocol): WireFormat {
  const formats: readonly WireFormat[] = FORMATS[protocol];
  return formats[0] ?? plainHttp;
}
