// What the store learns of an exchange before the upstream is asked.
import type { ExchangeContext, Session } from '../../model/session.ts';
import type { WireRequest } from '../../model/wire.ts';
import type { RequestBody } from '../../proxy/door.ts';
import type { ExchangeDraft } from '../../store/store.ts';
import type { Admitted } from './record-exchange.ts';
import type { AtRest } from './request-at-rest.ts';
import { keepsText, METADATA_HEADERS, tombstoneHeaders } from './tombstone.ts';
import { sha256Hex } from '../../model/sha256.ts';

interface Drafted {
  readonly session: Session;
  readonly seen: { readonly request: WireRequest | null };
  readonly rest: AtRest;
  readonly body: RequestBody;
  readonly context: ExchangeContext;
}

/** A connection that is not recorded leaves who, when and how many bytes. */
export function draftOf(
  admitted: Admitted,
  { session, seen, rest, body, context }: Drafted,
): ExchangeDraft {
  const { connection, knock } = admitted;
  const facts = {
    id: admitted.id,
    session: session.id,
    connection: connection.name,
    protocol: connection.protocol,
    wire: admitted.format?.name ?? null,
    method: knock.method,
    startedAtMs: admitted.startedAtMs,
    requestSha256: sha256Hex(body.bytes),
    requestBytes: body.bytes.length,
    model: seen.request?.model ?? null,
    context,
  };
  const { url, headers, slices } = rest;
  return keepsText(admitted)
    ? { ...facts, url, headers, slices }
    : {
        ...facts,
        url: url.split('?')[0] ?? '',
        headers: connection.isRecorded ? METADATA_HEADERS : tombstoneHeaders(connection),
        slices: [],
      };
}
