// What a signed statement says, as a record of Agent Trace, and what such a record claims, in the words of
// refs/notes/ai: the place for claims that nobody signed.
import { isObject, objectAt, stringAt } from '../model/json.ts';
import type { Statement, StatementExchange, StatementFile } from '../model/statement.ts';
import type { TraceContributor, TraceConversation, TraceRecord } from './agent-trace.ts';
import {
  formatGitAi,
  gitAiSession,
  gitAiTrace,
  isGitAiPath,
  type GitAiFile,
  type GitAiRange,
} from './git-ai.ts';
import type { GitAiSession } from './git-ai-meta.ts';
import { sha256Hex } from '../model/sha256.ts';

const TOOL = 'aitrail';
/** A record names a place where the conversation can be looked up: here, `aitrail show ID`. */
const SESSION = 'aitrail:session/';
const EXCHANGE = 'aitrail:exchange/';

/** Vendors as model identifiers name them, by what was spoken with them. */
const VENDORS: Readonly<Record<string, string>> = {
  'anthropic-messages': 'anthropic',
  openai: 'openai',
  gemini: 'google',
};

/** @returns null where the commit has no line to claim. */
export function stateAgentTrace(statement: Statement): TraceRecord | null {
  const { files, exchanges, attestedAt, tool } = statement.predicate;
  const named = files
    .map((file) => ({ path: file.path, conversations: conversationsOf(file, exchanges) }))
    .filter(({ conversations }) => conversations.length > 0);
  if (named.length === 0) return null;
  const revision = statement.subject[0]?.digest.gitCommit ?? '';
  const agents = exchanges.flatMap(({ session, agent }) =>
    agent === null ? [] : [[`${SESSION}${session}`, agent] as const],
  );
  return {
    id: uuidOf(`${revision} ${attestedAt}`),
    timestamp: attestedAt,
    vcs: { type: 'git', revision },
    tool: { name: TOOL, version: tool.version },
    files: named,
    // a record has one tool for all its lines: which agent a conversation was with stands beside it
    metadata: { [TOOL]: { agents: Object.fromEntries(agents), log: placesOf(statement) } },
  };
}

/** Of the exchanges: where each stands in the log, and the digest of its leaf. */
const placesOf = ({ predicate }: Statement): object => ({
  origin: predicate.log?.origin ?? null,
  records: Object.fromEntries(
    predicate.exchanges.map(({ id, logIndex, recordSha256 }) => [id, { logIndex, recordSha256 }]),
  ),
});

function conversationsOf(
  file: StatementFile,
  exchanges: readonly StatementExchange[],
): readonly TraceConversation[] {
  return exchanges.flatMap((exchange, index) =>
    (['ai', 'mixed'] as const).flatMap((kind) => {
      const ranges = file.ranges.filter(
        (range) => range.exchange === index && range.contributor === kind,
      );
      return ranges.length === 0 ? [] : [conversationOf(exchange, kind, ranges)];
    }),
  );
}

const conversationOf = (
  exchange: StatementExchange,
  kind: 'ai' | 'mixed',
  ranges: StatementFile['ranges'],
): TraceConversation => ({
  url: `${SESSION}${exchange.session}`,
  contributor: { kind, model: modelOf(exchange) },
  ranges: ranges.map(({ startLine, endLine, contentSha256 }) => ({
    startLine,
    endLine,
    contentHash: `sha256:${contentSha256}`,
    contributor: null,
  })),
  related: [{ type: 'exchange', url: `${EXCHANGE}${exchange.id}` }],
});

/** At most 250 characters, as its schema has it. */
function modelOf({ model, provider }: StatementExchange): string | null {
  if (model === null) return null;
  const vendor = VENDORS[provider ?? ''];
  return (model.includes('/') || vendor === undefined ? model : `${vendor}/${model}`).slice(0, 250);
}

/** The same for the same text, in the form of a UUID of version 8. */
function uuidOf(text: string): string {
  const hex = sha256Hex(text);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Claim {
  readonly key: string;
  readonly session: GitAiSession;
  readonly range: GitAiRange;
}

/**
 * Only lines that are an AI's as they stand: that format has no word for mixed ones, and of people's lines it wants a name.
 *
 * @param commit full id. @returns the note's text; null where there is nothing to claim.
 */
export function claimAgentTrace(record: TraceRecord, commit: string): string | null {
  const sessions = new Map<string, GitAiSession>();
  const files: GitAiFile[] = [];
  const named = record.files.filter((one) => isGitAiPath(one.path));
  const several = findMixedModels(record, named);
  for (const { path, conversations } of named) {
    const claims = conversations.flatMap((one) => claimsOf(record, one, several));
    const byKey = new Map<string, GitAiRange[]>();
    for (const { key, session, range } of claims) {
      sessions.set(key.split('::')[0] ?? '', session);
      byKey.set(key, [...(byKey.get(key) ?? []), range]);
    }
    const entries = [...byKey].map(([key, ranges]) => ({
      key,
      ranges: ranges.toSorted((a, b) => a.startLine - b.startLine),
    }));
    if (entries.length > 0) files.push({ path: path.normalize('NFC'), entries });
  }
  if (files.length === 0) return null;
  const none = new Map<string, never>();
  const metadata = { tool: null, baseCommit: commit, prompts: none, people: none, sessions };
  return formatGitAi({ files, metadata });
}

/** Conversations that went on with another model: a session has one there, so each is a session of its own. */
function findMixedModels(record: TraceRecord, files: TraceRecord['files']): ReadonlySet<string> {
  const models = new Map<string, Set<string>>();
  for (const one of files.flatMap((file) => file.conversations))
    for (const { session } of claimsOf(record, one, new Set())) {
      const { id, model } = session.agent;
      models.set(id, (models.get(id) ?? new Set()).add(model));
    }
  return new Set([...models].filter(([, used]) => used.size > 1).map(([id]) => id));
}

function claimsOf(
  record: TraceRecord,
  conversation: TraceConversation,
  several: ReadonlySet<string>,
): readonly Claim[] {
  const { url, ranges } = conversation;
  return ranges.flatMap(({ startLine, endLine, contributor: own }) => {
    const contributor = own ?? conversation.contributor;
    if (contributor?.kind !== 'ai') return [];
    const found = sessionOf(record, url, contributor);
    const { agent } = found;
    const id = several.has(agent.id) ? `${agent.id}#${agent.model}` : agent.id;
    const session = { ...found, agent: { ...agent, id } };
    const key = `${gitAiSession(agent.tool, id)}::${gitAiTrace(`${record.id} ${id}`)}`;
    return [{ key, session, range: { startLine, endLine } }];
  });
}

function sessionOf(
  { id, tool, metadata }: TraceRecord,
  url: string | null,
  { model }: TraceContributor,
): GitAiSession {
  const agents = objectAt(isObject(metadata) ? metadata[TOOL] : null, 'agents');
  const place = url ?? id;
  const agent = {
    tool: stringAt(agents, place) ?? tool?.name ?? 'unknown',
    id: place.startsWith(SESSION) ? place.slice(SESSION.length) : place,
    model: model === null ? 'unknown' : bareModel(model),
  };
  return { agent, person: null, attributes: new Map() };
}

const bareModel = (model: string): string =>
  Object.values(VENDORS).some((vendor) => model.startsWith(`${vendor}/`))
    ? model.slice(model.indexOf('/') + 1)
    : model;
