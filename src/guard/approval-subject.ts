// What exactly an approval is about, as one text whose SHA-256 is its digest (DECISIONS 4: canonical JSON, RFC 8785).
import { canonicalJson } from '../model/canonical-json.ts';
import { arrayAt, isObject, isString, parseJson, stringAt } from '../model/json.ts';
import type { ToolCall } from '../model/wire.ts';
import { sha256Hex } from '../model/sha256.ts';

export interface Subject {
  readonly text: string;
  /** SHA-256, hex, of the text. */
  readonly digest: string;
}

/** One changed file of a commit. Blobs stand with their mode, as a tree names them: `100644 <id>`; null: no such file. */
export interface SubjectChange {
  readonly path: string;
  readonly old: string | null;
  readonly new: string | null;
}

interface ChangedBlob {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
}

export const subjectChange = (file: ChangedBlob): SubjectChange => ({
  path: file.path,
  old: file.oldBlob === null ? null : `${file.oldMode} ${file.oldBlob}`,
  new: file.newBlob === null ? null : `${file.newMode} ${file.newBlob}`,
});

/** The subject as it is shown: a digest of text that holds a weak password would let others guess it. */
export function maskSubject({ text, ...plain }: Subject, mask: (text: string) => string): Subject {
  const masked = mask(text);
  return masked === text ? { text, ...plain } : { text: masked, digest: sha256Hex(masked) };
}

function subjectOf(value: object): Subject {
  const text = canonicalJson(value);
  return { text, digest: sha256Hex(text) };
}

/** @param paths what its arguments lead to, repository-relative, links followed. */
export const callSubject = (call: ToolCall, paths: readonly string[]): Subject =>
  subjectOf({
    kind: 'tool-call',
    tool: call.name,
    arguments: call.input,
    paths: [...new Set(paths)].toSorted(),
  });

export const textSubject = (kind: 'prompt' | 'text', text: string): Subject =>
  subjectOf({ kind, text });

/** @param request `url`: connection's upstream, path and query. */
export function httpSubject(request: {
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
}): Subject {
  const { method, url } = request;
  const body = Buffer.from(request.body);
  const text = body.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(body);
  return subjectOf({
    kind: 'http',
    method,
    url,
    ...(isText ? { body: text } : { bodyBase64: body.toString('base64') }),
  });
}

export const commitSubject = (changes: readonly SubjectChange[]): Subject =>
  subjectOf({
    kind: 'commit',
    changes: changes
      .map(({ path, old, new: next }) => ({ path, old, new: next }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  });

/** @returns the changes of a commit's subject, null where it is none. */
export function parseChanges(text: string): readonly SubjectChange[] | null {
  const value = parseJson(text);
  if (stringAt(value, 'kind') !== 'commit') return null;
  const changes = arrayAt(value, 'changes').map((item) =>
    isObject(item) && isString(item['path'])
      ? { path: item['path'], old: stringAt(item, 'old'), new: stringAt(item, 'new') }
      : null,
  );
  const whole = changes.filter((change) => change !== null);
  return whole.length === changes.length ? whole : null;
}

/** @param push `tip`: null where the branch is deleted; `patchIds` of the commits that the remote lacks, oldest first. */
export const pushSubject = (push: {
  readonly ref: string;
  readonly tip: string | null;
  readonly patchIds: readonly string[];
}): Subject => subjectOf({ kind: 'push', ...push });

/**
 * Which approved changes, one after the other, lead from the old content to the new one: an amended commit holds what two
 * approvals allowed.
 *
 * @returns indexes into `approved`; null where they do not.
 */
export function coverChange(
  wanted: SubjectChange,
  approved: readonly (readonly SubjectChange[])[],
): readonly number[] | null {
  const steps = approved.flatMap((changes, index) =>
    changes
      .filter(({ path }) => path === wanted.path)
      .map((change) => ({ index, from: change.old, to: change.new })),
  );
  const reached = new Map<string | null, readonly number[]>([[wanted.old, []]]);
  for (const [content, way] of reached) {
    const hit = steps.find(({ from, to }) => from === content && to === wanted.new);
    if (hit !== undefined) return [...way, hit.index];
    for (const { index, from, to } of steps)
      if (from === content && !reached.has(to)) reached.set(to, [...way, index]);
  }
  return null;
}
