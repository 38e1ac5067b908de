// A statement becomes one line: DSSE over its bytes, signed with a key of SSH or OpenPGP, or by an identity (Sigstore).
import { createHash } from 'node:crypto';
import { parseJson, stringAt } from '../model/json.ts';
import type { Signer } from '../model/signing.ts';
import { PAYLOAD_TYPE, type Statement } from '../model/statement.ts';
import { formatEnvelope, openEnvelope } from './envelope.ts';
import { formatPae } from './pae.ts';
import { fingerprintOf, parseKeyLine } from './ssh-key.ts';
import { openSignature } from './signature.ts';
import { formatStatement } from './statement.ts';

/** @returns the envelope's line without LF. @throws what the signer throws. */
export const signStatement = (statement: Statement, signer: Signer): Promise<string> =>
  signPayload({ type: PAYLOAD_TYPE, payload: formatStatement(statement) }, signer);

/** The same for a payload of another type. @throws what the signer throws. */
export async function signPayload(
  { type, payload }: { readonly type: string; readonly payload: Buffer },
  signer: Signer,
): Promise<string> {
  const signature = await signer.sign(formatPae(type, payload));
  const blob = parseKeyLine(signer.publicKey)?.blob ?? Buffer.alloc(0);
  return formatEnvelope({
    payload: payload.toString('base64'),
    payloadType: type,
    signatures: [{ keyid: fingerprintOf(blob), sig: Buffer.from(signature).toString('base64') }],
  });
}

/**
 * A note with one more envelope: one per signer and predicate (DECISIONS 22), so an earlier one of the same key about the
 * same thing makes room.
 *
 * @param note text that is there, lines ended by LF. @param line the new envelope, with or without LF.
 */
export function joinEnvelope(note: string, line: string): string {
  const own = line.trimEnd();
  const keys = new Set(keysOf(own));
  const subject = predicateOf(own);
  const replaces = (each: string): boolean =>
    keysOf(each).some((key) => keys.has(key)) && predicateOf(each) === subject;
  const others = note.split('\n').filter((each) => each !== '' && each !== own && !replaces(each));
  return [...others, own, ''].join('\n');
}

const keysOf = (line: string): readonly string[] =>
  (openEnvelope(line)?.signatures ?? []).flatMap((blob) => {
    const parsed = openSignature(blob);
    return parsed === null ? [] : [parsed.publicKey.toString('base64')];
  });

const predicateOf = (line: string): string | null =>
  stringAt(parseJson(openEnvelope(line)?.payload.toString('utf8') ?? ''), 'predicateType');

/** SHA-256, hex, of an envelope's line without LF: how `rewrittenFrom` names it. */
export const envelopeSha256 = (line: string): string =>
  createHash('sha256').update(line, 'utf8').digest('hex');
