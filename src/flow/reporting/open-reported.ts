// An exchange of a laptop, checked against the leaf of its cosigned log: the record is what the leaf's digest is over, and
// every byte is what the record names. Only the session around it, and what became of its calls, are the laptop's word.
import { createHash } from 'node:crypto';
import { digestOfDigests, saltedDigest } from '../../log/leaf.ts';
import {
  arrayAt,
  isString,
  type JsonObject,
  isObject,
  objectAt,
  parseJson,
  stringAt,
} from '../../model/json.ts';
import type { ReportedEmission } from '../../model/reporting.ts';
import { digestWritten } from '../../store/emission-row.ts';
import { readEmission } from './read-reported.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface OpenedExchange {
  /** The record of the leaf, in canonical JSON once. */
  readonly record: JsonObject;
  readonly session: JsonObject;
  readonly request: readonly Uint8Array[];
  readonly reply: readonly Uint8Array[];
  readonly requestHeaders: unknown;
  readonly responseHeaders: unknown;
  /** null: none. */
  readonly context: unknown;
  readonly marks: Uint8Array;
  readonly emissions: readonly ReportedEmission[];
}

/** @returns null where it is not what the leaf says. */
export function openReported(of: unknown, leaf: unknown): OpenedExchange | null {
  const text = stringAt(of, 'record') ?? '';
  const record = parseJson(text);
  const salt = Buffer.from(stringAt(of, 'salt') ?? '', 'hex');
  const isLogged = saltedDigest(salt, text) === stringAt(objectAt(leaf, 'digests'), 'record');
  if (!isLogged || !isObject(record)) return null;
  const bytes = readBytes(of);
  const digests = digestsOf(bytes);
  const named = [...HEADS, ...(bytes.isWithheld ? [] : BODIES)];
  if (named.some((name) => stringAt(record, name) !== digests[name])) return null;
  // some records have no events
  const marked = stringAt(record, 'events');
  if (marked !== null && marked !== sha256(bytes.marks)) return null;
  return {
    ...bytes,
    record,
    session: objectAt(of, 'session'),
    requestHeaders: jsonOf(bytes.requestHeaders),
    responseHeaders: jsonOf(bytes.responseHeaders),
    context: jsonOf(bytes.context),
  };
}

const HEADS = ['requestHeaders', 'responseHeaders', 'context', 'emissions'] as const;
const BODIES = ['request', 'reply'] as const;

interface Sent extends Pick<OpenedExchange, 'request' | 'reply' | 'marks' | 'emissions'> {
  readonly isWithheld: boolean;
  readonly requestHeaders: Buffer | null;
  readonly responseHeaders: Buffer | null;
  readonly context: Buffer | null;
}

function readBytes(of: unknown): Sent {
  const bytes = (name: string): Buffer | null => {
    const value = stringAt(of, name);
    return value === null ? null : Buffer.from(value, 'base64');
  };
  const isWithheld = isObject(of) && of['isWithheld'] === true;
  return {
    isWithheld,
    request: isWithheld ? [] : piecesOf(of, 'request'),
    reply: isWithheld ? [] : piecesOf(of, 'reply'),
    requestHeaders: bytes('requestHeaders'),
    responseHeaders: bytes('responseHeaders'),
    context: bytes('context'),
    marks: bytes('marks') ?? Buffer.alloc(0),
    emissions: arrayAt(of, 'emissions').flatMap((one) => readEmission(one) ?? []),
  };
}

/** As the store has them, hex. */
const digestsOf = (sent: Sent): Readonly<Record<string, string | null>> => ({
  request: digestOf(sent.request),
  reply: digestOf(sent.reply),
  requestHeaders: sha256(sent.requestHeaders),
  responseHeaders: sha256(sent.responseHeaders),
  context: sha256(sent.context),
  emissions: digestOfEmissions(sent.emissions),
});

const piecesOf = (of: unknown, name: string): readonly Buffer[] =>
  arrayAt(of, name)
    .filter(isString)
    .map((piece) => Buffer.from(piece, 'base64'));

const jsonOf = (bytes: Buffer | null): unknown =>
  bytes === null ? null : parseJson(bytes.toString('utf8'));

const sha256 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : sha256Hex(bytes);

const digestOf = (pieces: readonly Uint8Array[]): string =>
  digestOfDigests(pieces.map((piece) => createHash('sha256').update(piece).digest())).toString(
    'hex',
  );

const digestOfEmissions = (emissions: readonly ReportedEmission[]): string | null =>
  digestWritten(emissions.map((one) => ({ ...one, edit: JSON.stringify(one.edit) })));
