// How tools that speak no model's protocol read an error: one body that each of them finds its words in.
// kubectl: `Status` of the Kubernetes API; gh and other clients of forges: `message`; npm: `error`.
import type { WireFormat } from './format.ts';
import { openAiChat } from './openai-chat.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  503: 'ServiceUnavailable',
};

/** Never picked for a request, whose body is kept as it is: for refusals alone. */
export const plainHttp: WireFormat = {
  ...openAiChat,
  matches: () => false,
  errorBody: ({ status, message }) =>
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: REASONS[status] ?? 'Unknown',
      code: status,
      error: message,
    }),
};
