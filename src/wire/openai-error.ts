// The error shape that OpenAI's two formats and their many imitators share.
import { isObject, isString, objectAt, stringAt } from '../model/json.ts';
import type { WireError } from './format.ts';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

/** `{error: {message, type, param, code}}`. */
export const openAiError = (error: WireError): { readonly error: object } => ({
  error: {
    message: `aitrail: ${error.message} (${error.code})`,
    type: TYPES[error.status] ?? 'server_error',
    param: null,
    code: error.code.toLowerCase(),
  },
});

/** @returns the message of an error document or error object, null where there is no error. */
export function openAiErrorMessage(body: unknown): string | null {
  const error = isObject(body) ? body['error'] : undefined;
  if (isString(error)) return error;
  return isObject(error) ? (stringAt(objectAt(body, 'error'), 'message') ?? 'unknown error') : null;
}
