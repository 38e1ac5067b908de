// aitrail export of what commits' signed notes say, in the formats of others: one line, or one stream, of text.
import { formatAgentTrace } from '../../attest/agent-trace.ts';
import { GIT_AI_REF } from '../../attest/git-ai.ts';
import { stateAgentTrace } from '../../attest/state-agent-trace.ts';
import { stateGitAi } from '../../attest/state-git-ai.ts';
import { listChanges } from '../../git/list-changes.ts';
import { readNotesAt } from '../../git/notes.ts';
import { formatNotesStream } from '../../git/notes-stream.ts';
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { Statement } from '../../model/statement.ts';
import { readSignedLines, type NotesWork } from '../attribute/commit-notes.ts';
import type { SessionFilter } from '../session/find-sessions.ts';

export type NotesFormat = 'agent-trace' | 'git-ai' | 'in-toto';

export interface ExportQuery {
  /** `A..B`, or one revision for all before it too; null: HEAD. */
  readonly range: string | null;
  readonly filter: SessionFilter;
}

/** One commit's newest statement, narrowed to what was asked for, and the line that it was read from. */
interface Chosen {
  readonly commit: string;
  readonly statement: Statement;
  readonly line: string;
}

/** @returns pieces of text, oldest commit first. @throws Fault USAGE, NOT_A_REPOSITORY, NO_SUCH_REVISION, NO_COMMITS. */
export async function exportNotes(
  caller: Caller,
  format: NotesFormat,
  query: ExportQuery,
): Promise<readonly string[]> {
  if (query.filter.repository !== undefined)
    throw new Fault('USAGE', `--repo: ${format} is about the commits of the repository you are in`);
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    const work = { repository, objects };
    const chosen = await chooseCommits(work, query);
    switch (format) {
      case 'in-toto':
        return chosen.map(({ line }) => `${line}\n`);
      case 'agent-trace':
        return chosen
          .map(({ statement }) => stateAgentTrace(statement))
          .filter((record) => record !== null)
          .map((record) => `${JSON.stringify(formatAgentTrace(record))}\n`);
      case 'git-ai':
        return await streamGitAi(work, chosen);
    }
  } finally {
    objects.close();
  }
}

async function chooseCommits(
  work: NotesWork,
  { range, filter }: ExportQuery,
): Promise<readonly Chosen[]> {
  const { user, limit } = filter;
  const changes = await listChanges(work.repository.caller, range ?? 'HEAD');
  const byAuthor = changes.filter(
    ({ author }) => user === undefined || author.toLowerCase().includes(user.toLowerCase()),
  );
  const commits = byAuthor.map(({ commit }) => commit).toReversed();
  const notes = await readSignedLines(work, commits);
  const chosen = commits.flatMap((commit) => {
    const note = notes.get(commit);
    const statement = note === undefined ? null : narrow(note.statement, filter);
    return note === undefined || statement === null ? [] : [{ commit, statement, line: note.line }];
  });
  return limit === undefined ? chosen : chosen.slice(-limit);
}

/** @returns the statement with the ranges that fit; null where it does not fit at all. */
function narrow(statement: Statement, filter: SessionFilter): Statement | null {
  const { agent, model, sinceMs = -Infinity, untilMs = Infinity } = filter;
  const { predicate } = statement;
  const atMs = Date.parse(predicate.attestedAt);
  if (atMs < sinceMs || atMs > untilMs) return null;
  if (agent === undefined && model === undefined) return statement;
  const fits = predicate.exchanges.map(
    (one) =>
      (agent === undefined || one.agent === agent) && (model === undefined || one.model === model),
  );
  if (!fits.includes(true)) return null;
  const files = predicate.files.map((file) => ({
    ...file,
    ranges: file.ranges.filter(({ exchange }) => fits[exchange] === true),
  }));
  return { ...statement, predicate: { ...predicate, files } };
}

/** A note that is there already is sent as it is: taking the stream in loses nothing of what other tools wrote. */
async function streamGitAi(
  { objects }: NotesWork,
  chosen: readonly Chosen[],
): Promise<readonly string[]> {
  const there = await readNotesAt(
    objects,
    GIT_AI_REF,
    chosen.map(({ commit }) => commit),
  );
  const notes = chosen.flatMap(({ commit, statement }) => {
    const text = there.get(commit) ?? stateGitAi(statement);
    return text === null ? [] : [{ commit, text }];
  });
  if (notes.length === 0) return [];
  const newest = Math.max(
    ...chosen.map(({ statement }) => Date.parse(statement.predicate.attestedAt)),
  );
  const place = {
    ref: GIT_AI_REF,
    message: 'Exported by aitrail\n',
    atSeconds: Math.floor(newest / 1000),
    isGrowing: (await objects.read(GIT_AI_REF)) !== null,
  };
  return [formatNotesStream(notes, place)];
}
