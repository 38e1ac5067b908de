// One record of Agent Trace 0.1 (agent-trace.dev): which lines of one revision came out of which conversation. Nothing in
// it is signed. Reader and writer are exact inverses of each other.
import { arrayAt, isObject, isString, numberAt, stringAt, type JsonObject } from '../model/json.ts';

export type TraceKind = 'human' | 'ai' | 'mixed' | 'unknown';

export interface TraceContributor {
  readonly kind: TraceKind;
  /** `provider/model`; null where the record does not say. */
  readonly model: string | null;
}

export interface TraceRange {
  /** 1-based, inclusive, at the record's revision. */
  readonly startLine: number;
  readonly endLine: number;
  /** `algorithm:digest`. */
  readonly contentHash: string | null;
  /** In place of the conversation's. */
  readonly contributor: TraceContributor | null;
}

export interface TraceLink {
  readonly type: string;
  readonly url: string;
}

export interface TraceConversation {
  readonly url: string | null;
  readonly contributor: TraceContributor | null;
  readonly ranges: readonly TraceRange[];
  readonly related: readonly TraceLink[];
}

export interface TraceFile {
  /** Repository-relative. */
  readonly path: string;
  readonly conversations: readonly TraceConversation[];
}

export interface TraceRecord {
  /** UUID. */
  readonly id: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly vcs: { readonly type: string; readonly revision: string } | null;
  readonly tool: { readonly name: string | null; readonly version: string | null } | null;
  readonly files: readonly TraceFile[];
  readonly metadata: JsonObject | null;
}

/** What the record's schema takes; its examples say 0.1.0, which readers take too. */
const VERSION = '0.1';
const KNOWN_VERSION = /^[01]\.\d+(?:\.\d+)?$/;
const KINDS = ['human', 'ai', 'mixed', 'unknown'] as const;
const VCS = new Set(['git', 'jj', 'hg', 'svn']);

/** @returns null where the value is no such record: whoever reads it makes no claim then. Unknown members are passed over. */
export function readAgentTrace(value: unknown): TraceRecord | null {
  const [id, timestamp] = [stringAt(value, 'id'), stringAt(value, 'timestamp')];
  if (!isObject(value) || !KNOWN_VERSION.test(stringAt(value, 'version') ?? '')) return null;
  if (id === null || timestamp === null || !Array.isArray(value['files'])) return null;
  const files = readAll(value['files'], readFile);
  const vcs = readVcs(value['vcs']);
  if (files === null || vcs === undefined) return null;
  const metadata = isObject(value['metadata']) ? value['metadata'] : null;
  return { id, timestamp, vcs, tool: readTool(value['tool']), files, metadata };
}

const readTool = (tool: unknown): TraceRecord['tool'] =>
  isObject(tool) ? { name: stringAt(tool, 'name'), version: stringAt(tool, 'version') } : null;

/** @returns null where one of them is malformed. */
function readAll<T>(
  values: readonly unknown[],
  read: (value: unknown) => T | null,
): readonly T[] | null {
  const found = values.map(read);
  const good = found.filter((one) => one !== null);
  return good.length === found.length ? good : null;
}

/** @returns undefined where it is malformed. */
function readVcs(value: unknown): TraceRecord['vcs'] | undefined {
  const [type, revision] = [stringAt(value, 'type'), stringAt(value, 'revision')];
  if (value === undefined) return null;
  return type === null || revision === null || !VCS.has(type) ? undefined : { type, revision };
}

function readFile(value: unknown): TraceFile | null {
  const path = stringAt(value, 'path');
  const conversations = readAll(arrayAt(value, 'conversations'), readConversation);
  return path === null || conversations === null ? null : { path, conversations };
}

function readConversation(value: unknown): TraceConversation | null {
  const ranges = readAll(arrayAt(value, 'ranges'), readRange);
  const related = readAll(arrayAt(value, 'related'), readLink);
  const contributor = readContributor(value);
  if (ranges === null || related === null || contributor === undefined) return null;
  return { url: stringAt(value, 'url'), contributor, ranges, related };
}

function readLink(value: unknown): TraceLink | null {
  const [type, url] = [stringAt(value, 'type'), stringAt(value, 'url')];
  return type === null || url === null ? null : { type, url };
}

function readRange(value: unknown): TraceRange | null {
  const [startLine, endLine] = [numberAt(value, 'start_line'), numberAt(value, 'end_line')];
  const contributor = readContributor(value);
  if (!isLine(startLine) || !isLine(endLine) || startLine > endLine) return null;
  if (contributor === undefined) return null;
  return { startLine, endLine, contentHash: stringAt(value, 'content_hash'), contributor };
}

const isLine = (value: number | null): value is number =>
  value !== null && Number.isSafeInteger(value) && value >= 1;

/** @returns undefined where it is malformed. */
function readContributor(owner: unknown): TraceContributor | null | undefined {
  const value = isObject(owner) ? owner['contributor'] : undefined;
  if (value === undefined) return null;
  const kind = KINDS.find((one) => one === stringAt(value, 'type'));
  const model = isObject(value) ? value['model_id'] : undefined;
  if (kind === undefined || (model !== undefined && !isString(model))) return undefined;
  return { kind, model: model ?? null };
}

/** @returns a value for JSON; what may be absent and says nothing is absent. */
export const formatAgentTrace = (record: TraceRecord): object => ({
  version: VERSION,
  id: record.id,
  timestamp: record.timestamp,
  ...given('vcs', record.vcs),
  ...(record.tool === null
    ? {}
    : { tool: { ...given('name', record.tool.name), ...given('version', record.tool.version) } }),
  files: record.files.map(({ path, conversations }) => ({
    path,
    conversations: conversations.map(formatConversation),
  })),
  ...given('metadata', record.metadata),
});

const formatConversation = (one: TraceConversation): object => ({
  ...given('url', one.url),
  ...formatContributor(one.contributor),
  ranges: one.ranges.map((range) => ({
    start_line: range.startLine,
    end_line: range.endLine,
    ...given('content_hash', range.contentHash),
    ...formatContributor(range.contributor),
  })),
  ...(one.related.length === 0 ? {} : { related: one.related }),
});

const formatContributor = (contributor: TraceContributor | null): object =>
  contributor === null
    ? {}
    : { contributor: { type: contributor.kind, ...given('model_id', contributor.model) } };

const given = (name: string, value: unknown): object => (value === null ? {} : { [name]: value });
