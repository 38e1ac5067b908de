// A bundle of evidence as a file (docs/bundle.md): JSON Lines, a member a line, and last a signed list of all lines'
// digests. Whatever is changed, cut or added shows as the line that it happened to.
import { isFault } from '../model/fault.ts';
import { isObject, parseJson, stringAt, type JsonObject } from '../model/json.ts';
import type { Signer } from '../model/signing.ts';
import { formatEnvelope, openEnvelope } from './envelope.ts';
import { openPayload } from './open-signed.ts';
import { hexOf, listOf, objectOf, oneOf, textOf, timeOf } from './read-fields.ts';
import { signPayload } from './sign-statement.ts';
import { fingerprintOf } from './ssh-key.ts';
import { sha256Hex } from '../model/sha256.ts';

const BUNDLE_SCHEMA = 'aitrail.bundle/1';
const BUNDLE_TYPE = 'application/vnd.aitrail.bundle+json';
const MEMBERS_MAX = 1_000_000;
const NAME_CHARS_MAX = 4096;

/** `body` is text, or JSON. Names rise. */
export interface Member {
  readonly name: string;
  readonly body: string | JsonObject;
}

export interface Manifest {
  /** What the bundle is about, in words. */
  readonly about: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Mail address that the signer speaks for. */
  readonly bundledBy: string;
  readonly members: readonly { readonly name: string; readonly sha256: string }[];
}

export interface Problem {
  /** Name of a member, `manifest`, or `line N`. */
  readonly member: string;
  readonly why: string;
}

export interface OpenedBundle {
  /** null where nobody signed it, or it is not there. */
  readonly manifest: Manifest | null;
  /** Blob of the key that signed it. */
  readonly publicKey: Buffer | null;
  /** By name: those whose bytes are what the manifest says. */
  readonly members: ReadonlyMap<string, Member['body']>;
  readonly problems: readonly Problem[];
}

const formatMember = ({ name, body }: Member): string => JSON.stringify({ name, body });

/** @param members each name once. @returns the file's text. @throws what the signer throws. */
export async function formatBundle(
  members: readonly Member[],
  facts: Omit<Manifest, 'members'>,
  signer: Signer,
): Promise<string> {
  const sorted = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map(formatMember);
  const listed = sorted.map(({ name }, at) => ({ name, sha256: sha256Hex(lines[at] ?? '') }));
  const payload = Buffer.from(
    JSON.stringify({ schema: BUNDLE_SCHEMA, ...facts, members: listed }),
    'utf8',
  );
  const manifest = await signPayload({ type: BUNDLE_TYPE, payload }, signer);
  return [...lines, manifest, ''].join('\n');
}

/** Never throws: what does not hold is named. */
export function openBundle(bytes: Uint8Array): OpenedBundle {
  const text = Buffer.from(bytes).toString('utf8');
  const lines = text.split('\n');
  const end = lines.pop();
  const last = lines.pop() ?? '';
  const opened = openManifest(last);
  if (opened === null)
    return unsigned(
      `line ${lines.length + 1} is no signed list of members: it was changed, or cut off`,
    );
  const problems = [
    ...(end === '' ? [] : [{ member: 'manifest', why: 'something stands behind it' }]),
    // another byte that is no UTF-8 either would read as the same character
    ...(Buffer.from(text, 'utf8').equals(Buffer.from(bytes))
      ? []
      : [{ member: 'manifest', why: 'the file is not valid UTF-8' }]),
  ];
  const matched = matchLines(lines, opened.manifest);
  return { ...opened, members: matched.members, problems: [...problems, ...matched.problems] };
}

const unsigned = (why: string): OpenedBundle => ({
  manifest: null,
  publicKey: null,
  members: new Map(),
  problems: [{ member: 'manifest', why }],
});

function openManifest(line: string): { manifest: Manifest; publicKey: Buffer } | null {
  const opened = openPayload(line);
  if (opened.kind !== 'signed' || opened.payloadType !== BUNDLE_TYPE) return null;
  const { payload, publicKey } = opened;
  // one spelling alone: the key's name and base64's last bits are not signed
  const [sig] = openEnvelope(line)?.signatures ?? [];
  const own = formatEnvelope({
    payload: payload.toString('base64'),
    payloadType: BUNDLE_TYPE,
    signatures: [{ keyid: fingerprintOf(publicKey), sig: (sig ?? payload).toString('base64') }],
  });
  const manifest = own === line ? readManifest(payload) : null;
  return manifest === null ? null : { manifest, publicKey };
}

function readManifest(payload: Buffer): Manifest | null {
  try {
    const value = objectOf(parseJson(payload.toString('utf8')), 'the manifest');
    oneOf(value, 'schema', [BUNDLE_SCHEMA]);
    return {
      about: textOf(value, 'about', NAME_CHARS_MAX),
      createdAt: timeOf(value, 'createdAt'),
      bundledBy: textOf(value, 'bundledBy', NAME_CHARS_MAX),
      members: listOf(value, { name: 'members', itemsMax: MEMBERS_MAX }, (item) => {
        const member = objectOf(item, 'members[]');
        return {
          name: textOf(member, 'name', NAME_CHARS_MAX),
          sha256: hexOf(member, 'sha256', [64]),
        };
      }),
    };
  } catch (thrown) {
    if (isFault(thrown)) return null; // signed, and of another version
    throw thrown;
  }
}

/** Which lines are what the manifest says; all others by name, or by number where they say none. */
function matchLines(
  lines: readonly string[],
  { members: listed }: Manifest,
): Pick<OpenedBundle, 'members' | 'problems'> {
  const members = new Map<string, Member['body']>();
  const problems: Problem[] = [];
  const wanted = new Map(listed.map(({ name, sha256: digest }) => [digest, name]));
  const odd: OddLine[] = [];
  for (const [at, line] of lines.entries()) {
    const name = wanted.get(sha256Hex(line));
    if (name === undefined || members.has(name)) {
      odd.push({ at, line });
      continue;
    }
    members.set(name, bodyOf(line));
    if (listed[at]?.name !== name && lines.length === listed.length)
      problems.push({ member: name, why: 'stands in another place' });
  }
  const missing = listed.map(({ name }) => name).filter((name) => !members.has(name));
  const places = listed.map(({ name }) => name);
  return { members, problems: [...problems, ...nameOdd(odd, new Set(missing), places)] };
}

interface OddLine {
  readonly at: number;
  readonly line: string;
}

/** @param places names of members by line. */
function nameOdd(
  odd: readonly OddLine[],
  missing: Set<string>,
  places: readonly string[],
): readonly Problem[] {
  const changed = odd.map(({ at, line }): Problem => {
    const named = stringAt(parseJson(line), 'name') ?? '';
    // a name that was itself changed: the line stands where the member did
    const member = missing.has(named) ? named : (places[at] ?? '');
    return missing.delete(member)
      ? { member, why: 'was changed' }
      : { member: `line ${at + 1}`, why: 'is none of the members that were signed' };
  });
  return [...changed, ...[...missing].map((member) => ({ member, why: 'is missing' }))];
}

function bodyOf(line: string): Member['body'] {
  const value = parseJson(line);
  const body = isObject(value) ? value['body'] : '';
  return isObject(body) ? body : String(body);
}
