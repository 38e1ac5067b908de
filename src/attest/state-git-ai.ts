// What a signed statement says, in the words of refs/notes/ai. Only lines that are an AI's as they stand are claimed:
// that format has no word for lines that were changed afterwards, and of people's lines we claim nothing.
import type { Statement, StatementExchange, StatementFile } from '../model/statement.ts';
import {
  formatGitAi,
  gitAiSession,
  gitAiTrace,
  isGitAiPath,
  type GitAiEntry,
  type GitAiFile,
  type GitAiRange,
} from './git-ai.ts';
import type { GitAiAgent, GitAiSession } from './git-ai-meta.ts';

/** Agents that go by another name there. */
const TOOLS: Readonly<Record<string, string>> = {
  'claude-code': 'claude',
  'gemini-cli': 'gemini',
  'copilot-cli': 'github-copilot-cli',
};

/**
 * The conversation's id is our session's: readers of the note can ask for it, and it stays the same wherever the commit is
 * attested again.
 *
 * @returns the note's text; null where the commit has no line to claim.
 */
export function stateGitAi(statement: Statement): string | null {
  const { files, exchanges } = statement.predicate;
  const named = files
    .filter((file) => isGitAiPath(file.path))
    .map((file) => formatFile(file, exchanges))
    .filter((file) => file.entries.length > 0);
  if (named.length === 0) return null;
  const used = new Set(named.flatMap((file) => file.entries.map(({ key }) => key)));
  const sessions = new Map(
    exchanges
      .filter((exchange) => used.has(keyOf(exchange)))
      .map((exchange) => [sessionKey(exchange), sessionOf(exchange)]),
  );
  const baseCommit = statement.subject[0]?.digest.gitCommit ?? '';
  const none = new Map<string, never>();
  return formatGitAi({
    files: named,
    metadata: { tool: null, baseCommit, prompts: none, people: none, sessions },
  });
}

function formatFile(file: StatementFile, exchanges: readonly StatementExchange[]): GitAiFile {
  const byKey = new Map<string, GitAiRange[]>();
  for (const { contributor, exchange, startLine, endLine } of file.ranges) {
    const source = exchanges[exchange];
    if (contributor !== 'ai' || source === undefined) continue;
    const ranges = byKey.get(keyOf(source)) ?? [];
    byKey.set(keyOf(source), joinRange(ranges, { startLine, endLine }));
  }
  const entries = [...byKey]
    .map(([key, ranges]): GitAiEntry => ({ key, ranges }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1));
  return { path: file.path.normalize('NFC'), entries };
}

/** Ranges come rising; two that touch, of different evidence, are one there. */
function joinRange(ranges: readonly GitAiRange[], next: GitAiRange): GitAiRange[] {
  const last = ranges.at(-1);
  return last !== undefined && last.endLine + 1 === next.startLine
    ? [...ranges.slice(0, -1), { startLine: last.startLine, endLine: next.endLine }]
    : [...ranges, next];
}

const agentOf = ({ agent, model, session }: StatementExchange): GitAiAgent => ({
  tool: agent === null ? 'unknown' : (TOOLS[agent] ?? agent),
  id: session,
  model: model ?? 'unknown',
});

const sessionOf = (exchange: StatementExchange): GitAiSession => ({
  agent: agentOf(exchange),
  person: null,
  attributes: new Map(),
});

function sessionKey(exchange: StatementExchange): string {
  const { tool, id } = agentOf(exchange);
  return gitAiSession(tool, id);
}

const keyOf = (exchange: StatementExchange): string =>
  `${sessionKey(exchange)}::${gitAiTrace(exchange.id)}`;
