// DSSE envelopes, one per line of a note. Another machine wrote what is parsed here: sizes are capped, unknown members
// ignored, and the bytes that were verified are the bytes that are used.
import type { Envelope } from '../model/statement.ts';
import { arrayAt, isObject, parseJson, stringAt } from '../model/json.ts';

const ENVELOPE_CHARS_MAX = 16 * 1024 * 1024;
const SIGNATURES_MAX = 16;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

export interface OpenedEnvelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  /** SSHSIG blobs, or OpenPGP packets. `keyid` is a hint and decides nothing (DSSE 1.0.2), so it is not even read. */
  readonly signatures: readonly Buffer[];
}

/** One line without its LF. */
export const formatEnvelope = (envelope: Envelope): string =>
  JSON.stringify({
    payload: envelope.payload,
    payloadType: envelope.payloadType,
    signatures: envelope.signatures.map(({ keyid, sig }) => ({ keyid, sig })),
  });

/** @returns null where the line is no envelope. */
export function openEnvelope(line: string): OpenedEnvelope | null {
  if (line.length > ENVELOPE_CHARS_MAX) return null;
  const value = parseJson(line);
  const payload = decodeBase64(stringAt(value, 'payload'));
  const payloadType = stringAt(value, 'payloadType');
  const listed = arrayAt(value, 'signatures');
  if (payload === null || payloadType === null) return null;
  if (listed.length === 0 || listed.length > SIGNATURES_MAX) return null;
  const signatures: Buffer[] = [];
  for (const entry of listed) {
    const signature = isObject(entry) ? decodeBase64(stringAt(entry, 'sig')) : null;
    if (signature === null) return null;
    signatures.push(signature);
  }
  return { payloadType, payload, signatures };
}

/** Standard or URL-safe, as DSSE demands; null where it is neither. */
function decodeBase64(text: string | null): Buffer | null {
  if (text === null || !BASE64.test(text)) return null;
  const bare = text.replace(/=+$/, '');
  if (bare.length % 4 === 1) return null;
  return Buffer.from(bare.replaceAll('-', '+').replaceAll('_', '/'), 'base64');
}
