// Who a certificate of Fulcio speaks for: the subject's alternative name, and in an extension of Sigstore's own
// (github.com/sigstore/fulcio, docs/oid-info.md) whose word that is.
import { onlyBody, readElements, type Element } from './der.ts';

export interface FulcioIdentity {
  /** URL of the identity provider. */
  readonly issuer: string;
  /** URI or mail address. */
  readonly subject: string;
}

const NOTHING = Buffer.alloc(0);
const OCTETS = 0x04;
const UTF8 = 0x0c;
/** Of a certificate's first part: explicit, number 3. */
const EXTENSIONS = 0xa3;
/** GeneralName: rfc822Name and uniformResourceIdentifier. */
const NAMES: ReadonlySet<number> = new Set([0x81, 0x86]);

/** Object identifiers, hex: 2.5.29.17 and 1.3.6.1.4.1.57264.1.8, the latter's older form bare and .1.1. */
const ALTERNATIVE_NAME = '551d11';
const ISSUER = '2b0601040183bf300108';
const ISSUER_BARE = '2b0601040183bf300101';

/** A blank or a control character in either would change what a list's line says. */
const PLAIN = /^[\u0021-\u007e]+$/;
/** Together they fit where a statement names its signer's key. */
const [ISSUER_CHARS_MAX, SUBJECT_CHARS_MAX] = [100, 400];

/** @returns null where the bytes are no certificate, or name nobody in plain characters. */
export function readFulcioIdentity(certificate: Uint8Array): FulcioIdentity | null {
  const extensions = findExtensions(Buffer.from(certificate));
  const issuer =
    textOf(extensions.get(ISSUER), new Set([UTF8])) ??
    extensions.get(ISSUER_BARE)?.toString('latin1');
  const names = extensions.get(ALTERNATIVE_NAME);
  const subject = names === undefined ? null : textOf(onlyBody(names), NAMES);
  return isPlain(issuer, ISSUER_CHARS_MAX) && isPlain(subject, SUBJECT_CHARS_MAX)
    ? { issuer, subject }
    : null;
}

const isPlain = (text: string | null | undefined, charsMax: number): text is string =>
  typeof text === 'string' && text.length <= charsMax && PLAIN.test(text);

/** The single element there, as text: two names would leave open who is meant. */
function textOf(bytes: Buffer | undefined, tags: ReadonlySet<number>): string | null {
  const elements = bytes === undefined ? [] : readElements(bytes);
  const [element] = elements;
  return element !== undefined && elements.length === 1 && tags.has(element.tag)
    ? element.body.toString('utf8')
    : null;
}

/** Value of each extension, by object identifier; none where one stands there twice. */
function findExtensions(certificate: Buffer): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const { body } of listExtensions(certificate)) {
    const [id, ...others] = readElements(body);
    const name = id?.body.toString('hex') ?? '';
    const value = others.at(-1);
    if (value?.tag !== OCTETS || found.has(name)) return new Map();
    found.set(name, value.body);
  }
  return found;
}

function listExtensions(certificate: Buffer): readonly Element[] {
  const [signed] = readElements(onlyBody(certificate));
  const part = readElements(signed?.body ?? NOTHING).find(({ tag }) => tag === EXTENSIONS);
  return readElements(onlyBody(part?.body ?? NOTHING));
}
