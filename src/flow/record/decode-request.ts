// A request's body as the client meant it.
import type { RequestBody } from '../../proxy/door.ts';
import { valueOf } from '../../proxy/headers.ts';
import { decodeBody, isDecodable } from '../../wire/decode-content.ts';
import { isTooLong } from './http-limit.ts';
import type { Admitted } from './record-exchange.ts';

const DECODED_BYTES_MAX = 256 * 1024 * 1024;

/** @returns nothing where the body is an upload that streams past, or in an encoding that cannot be undone. */
export async function decodeRequest(
  { knock, connection }: Admitted,
  body: RequestBody,
): Promise<Uint8Array> {
  const encoding = valueOf(knock.headers, 'content-encoding');
  if (body.kind === 'start' || !isDecodable(encoding)) return EMPTY;
  if (isTooLong(connection, body.bytes.length)) return EMPTY;
  try {
    return await decodeBody(encoding, body.bytes, DECODED_BYTES_MAX);
  } catch {
    return EMPTY; // not what it says it is: the upstream may tell the client so
  }
}

const EMPTY = Buffer.alloc(0);
