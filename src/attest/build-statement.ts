// From attributed lines to the predicate's files and exchanges.
import { hash } from 'node:crypto';
import type { AddedLine, AttributedFile, Source } from '../model/origin.ts';
import {
  STATEMENT_TYPE,
  type Predicate,
  type Statement,
  type StatementFile,
  type StatementRange,
} from '../model/statement.ts';
import { PREDICATE_TYPE } from './statement.ts';

/** Sources of all ai and mixed lines, each once, in the order of their first line. */
export function listSources(files: readonly AttributedFile[]): readonly Source[] {
  const sources = new Map<string, Source>();
  for (const { origin } of files.flatMap((file) => file.added))
    if (origin.kind !== 'unrecorded' && !sources.has(origin.source.exchange))
      sources.set(origin.source.exchange, origin.source);
  return [...sources.values()];
}

/** @param sources as listSources gave them: ranges name them by index. Files come sorted by path. */
export function formatFiles(
  files: readonly AttributedFile[],
  sources: readonly Source[],
): readonly StatementFile[] {
  const indexes = new Map(sources.map((source, index) => [source.exchange, index]));
  return files
    .filter((file) => file.added.length > 0)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) => ({
      path: file.path,
      blob: file.blob,
      ranges: formatRanges(file.added, indexes),
      unrecordedLines: file.added.filter((line) => line.origin.kind === 'unrecorded').length,
    }));
}

/** Neighbouring lines of one kind, evidence and exchange are one range. */
function formatRanges(
  added: readonly AddedLine[],
  indexes: ReadonlyMap<string, number>,
): readonly StatementRange[] {
  const runs: AddedLine[][] = [];
  for (const line of added) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (last !== undefined && last.line + 1 === line.line && keyOf(last) === keyOf(line))
      run?.push(line);
    else runs.push([line]);
  }
  return runs.flatMap((run) => formatRange(run, indexes));
}

const keyOf = ({ origin }: AddedLine): string =>
  origin.kind === 'unrecorded' ? '' : `${origin.kind} ${origin.evidence} ${origin.source.exchange}`;

function formatRange(
  run: readonly AddedLine[],
  indexes: ReadonlyMap<string, number>,
): readonly StatementRange[] {
  const [first] = run;
  if (first === undefined || first.origin.kind === 'unrecorded') return [];
  const { kind, evidence, source } = first.origin;
  return [
    {
      startLine: first.line,
      endLine: first.line + run.length - 1,
      contributor: kind,
      evidence,
      exchange: indexes.get(source.exchange) ?? 0,
      contentSha256: contentSha256(run.map((line) => line.text)),
    },
  ];
}

/** SHA-256, hex, over the lines joined by LF without a final one. */
export const contentSha256 = (lines: readonly string[]): string => hash('sha256', lines.join('\n'));

/** @param commit full id. Members stand in the order of docs/attestation.md. */
export const wrapPredicate = (
  commit: string,
  said: Omit<Predicate, 'log'>,
  log: Predicate['log'],
): Statement => ({
  _type: STATEMENT_TYPE,
  subject: [{ digest: { gitCommit: commit } }],
  predicateType: PREDICATE_TYPE,
  predicate: {
    commit: said.commit,
    files: said.files,
    exchanges: said.exchanges,
    log,
    coverage: said.coverage,
    approvals: said.approvals,
    masking: said.masking,
    policy: said.policy,
    rewrittenFrom: said.rewrittenFrom,
    signer: said.signer,
    attestedAt: said.attestedAt,
    tool: said.tool,
  },
});
