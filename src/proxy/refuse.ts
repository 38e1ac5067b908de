// Answers of our own, in the shape that the provider's clients understand.
import { Fault } from '../model/fault.ts';
import type { Client } from './client.ts';
import type { Answered, Refusal, Visit } from './door.ts';

/** Sends a refusal as the whole reply; does nothing where a reply has begun. */
export function refuse(client: Client, refusal: Refusal): void {
  const { status, code } = refusal;
  const basic = 'Basic realm="aitrail"';
  const challenge =
    status === 407
      ? ['proxy-authenticate', basic]
      : refusal.asksForPassword === true
        ? ['www-authenticate', basic]
        : [];
  const headers = ['content-type', 'application/json', 'x-aitrail-error', code, ...challenge];
  sendWhole(client, { status, headers, body: refusalBody(refusal) });
}

/** Sends a reply of our own. */
export const sendOwn = (client: Client, { reply }: Answered): void =>
  sendWhole(client, {
    status: 200,
    headers: ['content-type', reply.contentType],
    body: reply.body,
  });

interface Whole {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

function sendWhole(client: Client, { status, headers, body }: Whole): void {
  if (client.hasBegun() || client.isGone()) return;
  // what is left of the request's body was never read
  client.begin(status, [...headers, 'connection', 'close']);
  void client.write(Buffer.from(body, 'utf8'));
  client.end([]);
}

/** In no provider's shape. */
export const plainRefusal = (status: number, code: string, message: string): Refusal => ({
  kind: 'refused',
  status,
  code,
  message,
  format: null,
});

/** What a client is told whose session was ended while its request was under way. */
export const stoppedRefusal = ({ stop, format }: Pick<Visit, 'stop' | 'format'>): Refusal => {
  const reason: unknown = stop.reason;
  const code = reason instanceof Fault ? reason.code : 'BUG';
  return { ...plainRefusal(403, code, describeFailure(reason)), format };
};

/** A refusal's body, in the shape that the provider's clients read. */
export const refusalBody = ({ status, code, message, format }: Refusal): string =>
  format === null
    ? JSON.stringify({ error: { type: 'aitrail_error', code, message } })
    : format.errorBody({ status, message, code });

/** An upstream that cannot be reached or broke off before it answered. */
export function describeFailure(thrown: unknown): string {
  const cause = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string'
    ? `${cause.code}: ${cause.message}`
    : cause.message;
}
