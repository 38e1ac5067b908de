// The JSON half of a note of the Git AI standard 3.0.0.
import { isObject, isString, numberAt, objectAt, parseJson, stringAt } from '../model/json.ts';

const VERSION = 'authorship/3.0.0';

export interface GitAiAgent {
  /** A vendor's lower-case name: `claude`, `codex`, `cursor`. */
  readonly tool: string;
  /** The tool's own id of the conversation. */
  readonly id: string;
  /** `unknown` where it is not known. */
  readonly model: string;
}

export interface GitAiSession {
  readonly agent: GitAiAgent;
  /** `Name <mail>`; null where the note does not say. */
  readonly person: string | null;
  readonly attributes: ReadonlyMap<string, string>;
}

/** A record as written before 1.4.0. */
export interface GitAiPrompt extends GitAiSession {
  readonly additions: number;
  readonly deletions: number;
  readonly accepted: number;
  readonly overridden: number;
  readonly messagesUrl: string | null;
}

export interface GitAiMetadata {
  readonly tool: string | null;
  /** Of no use to readers: the note's own place says which commit it is about. */
  readonly baseCommit: string;
  readonly prompts: ReadonlyMap<string, GitAiPrompt>;
  /** Key → `Name <mail>`. */
  readonly people: ReadonlyMap<string, string>;
  readonly sessions: ReadonlyMap<string, GitAiSession>;
}

/** @returns null where it is no metadata of version 3.0.0. Unknown members are passed over. */
export function readMetadata(text: string): GitAiMetadata | null {
  const json = parseJson(text);
  const baseCommit = stringAt(json, 'base_commit_sha');
  if (!isObject(json) || json['schema_version'] !== VERSION || baseCommit === null) return null;
  if (!isObject(json['prompts'])) return null;
  const prompts = readMap(json['prompts'], readPrompt);
  const people = readMap(objectAt(json, 'humans'), (one) => stringAt(one, 'author'));
  const sessions = readMap(objectAt(json, 'sessions'), readSession);
  if (prompts === null || people === null || sessions === null) return null;
  return { tool: stringAt(json, 'git_ai_version'), baseCommit, prompts, people, sessions };
}

/** @returns null where one of the members is malformed. */
function readMap<T>(
  members: object,
  read: (member: unknown) => T | null,
): ReadonlyMap<string, T> | null {
  const found = new Map<string, T>();
  for (const [key, member] of Object.entries(members)) {
    const value = read(member);
    if (value === null) return null;
    found.set(key, value);
  }
  return found;
}

function readSession(record: unknown): GitAiSession | null {
  const agent = objectAt(record, 'agent_id');
  const { tool, id, model } = agent;
  if (!isString(tool) || !isString(id) || !isString(model)) return null;
  const attributes = Object.entries(objectAt(record, 'custom_attributes')).flatMap(
    ([name, value]) => (isString(value) ? [[name, value] as const] : []),
  );
  return {
    agent: { tool, id, model },
    person: stringAt(record, 'human_author'),
    attributes: new Map(attributes),
  };
}

/** The names of the counters, with the standard's own slip in the last one. */
const COUNTERS = [
  'total_additions',
  'total_deletions',
  'accepted_lines',
  'overriden_lines',
] as const;

function readPrompt(record: unknown): GitAiPrompt | null {
  const session = readSession(record);
  const [additions, deletions, accepted, overridden] = COUNTERS.map(
    (n) => numberAt(record, n) ?? 0,
  );
  if (session === null) return null;
  return {
    ...session,
    additions: additions ?? 0,
    deletions: deletions ?? 0,
    accepted: accepted ?? 0,
    overridden: overridden ?? 0,
    messagesUrl: stringAt(record, 'messages_url'),
  };
}

/** @returns JSON, indented by two, without a final LF; empty members that may be absent are absent. */
export function formatMetadata(metadata: GitAiMetadata): string {
  const { tool, baseCommit, prompts, people, sessions } = metadata;
  const document = {
    schema_version: VERSION,
    ...(tool === null ? {} : { git_ai_version: tool }),
    base_commit_sha: baseCommit,
    prompts: formatMap(prompts, formatPrompt),
    ...(people.size === 0 ? {} : { humans: formatMap(people, (author) => ({ author })) }),
    ...(sessions.size === 0 ? {} : { sessions: formatMap(sessions, formatSession) }),
  };
  return JSON.stringify(document, null, 2);
}

const formatMap = <T>(map: ReadonlyMap<string, T>, format: (value: T) => object): object =>
  Object.fromEntries([...map].map(([key, value]) => [key, format(value)]));

const formatSession = ({ agent, person, attributes }: GitAiSession): object => ({
  agent_id: agent,
  ...(person === null ? {} : { human_author: person }),
  ...(attributes.size === 0 ? {} : { custom_attributes: Object.fromEntries(attributes) }),
});

const formatPrompt = (prompt: GitAiPrompt): object => ({
  ...formatSession(prompt),
  total_additions: prompt.additions,
  total_deletions: prompt.deletions,
  accepted_lines: prompt.accepted,
  overriden_lines: prompt.overridden,
  ...(prompt.messagesUrl === null ? {} : { messages_url: prompt.messagesUrl }),
});
