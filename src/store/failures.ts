// Errors across threads: a Fault stays one, anything else stays a bug with its stack.
import { Fault, isFault } from '../model/fault.ts';
import type { Failure } from './protocol.ts';

export function toFailure(thrown: unknown): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    code: isFault(thrown) ? thrown.code : null,
    fix: isFault(thrown) ? thrown.fix : '',
    message: error.message,
    stack: error.stack ?? '',
  };
}

export function fromFailure(failure: Failure): Error {
  if (failure.code !== null) return new Fault(failure.code, failure.message, { fix: failure.fix });
  const error = new Error(failure.message);
  error.stack = failure.stack;
  return error;
}
