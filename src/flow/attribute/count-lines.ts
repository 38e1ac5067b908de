// aitrail stats: what the notes of a range say of the lines that its commits added. A commit without a valid note counts
// as unknown with what git says it added.
import { listChanges, type CommitChange } from '../../git/list-changes.ts';
import { openObjects } from '../../git/objects.ts';
import { openRepository } from '../../git/open-repository.ts';
import type { Caller } from '../../model/caller.ts';
import type { Origin } from '../../model/origin.ts';
import { lengthOf, type Statement, type StatementFile } from '../../model/statement.ts';
import type { LineCounts, Stats, StatsKey, StatsRow } from '../../model/stats.ts';
import { readStatements } from './commit-notes.ts';

/** @param range `A..B`, one revision for all before it too, or null for HEAD. @throws Fault NOT_A_REPOSITORY, NO_COMMITS, NO_SUCH_REVISION. */
export const countLines = async (
  caller: Caller,
  range: string | null,
  by: StatsKey,
): Promise<Stats> => (await readCounts(caller, range))(by);

/** The same by each key, from one reading. */
export async function countLinesEach(
  caller: Caller,
  range: string | null,
): Promise<Readonly<Record<StatsKey, Stats>>> {
  const by = await readCounts(caller, range);
  return {
    agent: by('agent'),
    model: by('model'),
    author: by('author'),
    path: by('path'),
    day: by('day'),
  };
}

async function readCounts(caller: Caller, range: string | null): Promise<(by: StatsKey) => Stats> {
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  try {
    const changes = await listChanges(caller, range ?? 'HEAD');
    const commits = changes.map((change) => change.commit);
    const notes = await readStatements({ repository, objects }, commits);
    const counts = changes.flatMap((change) => countCommit(change, notes.get(change.commit)));
    const of = { commits: commits.length, attested: notes.size, total: sum(counts) };
    return (by) => ({ by, ...of, rows: groupBy(counts, by) });
  } finally {
    objects.close();
  }
}

/** Lines of one commit that have everything in common. */
interface Count extends Readonly<Record<StatsKey, string | null>> {
  readonly origin: Origin;
  readonly lines: number;
}

function countCommit(
  { author, day, files }: CommitChange,
  note: Statement | undefined,
): readonly Count[] {
  const common = { author, day, agent: null, model: null };
  if (note === undefined)
    return files.map(({ path, added }) => ({ ...common, path, origin: 'unknown', lines: added }));
  return note.predicate.files.flatMap((file) => [
    { ...common, path: file.path, origin: 'unrecorded', lines: file.unrecordedLines },
    ...file.ranges.map((range) => ({ ...common, path: file.path, ...countRange(note, range) })),
  ]);
}

function countRange(
  note: Statement,
  range: StatementFile['ranges'][number],
): Pick<Count, 'agent' | 'model' | 'origin' | 'lines'> {
  const exchange = note.predicate.exchanges[range.exchange];
  return {
    agent: exchange?.agent ?? null,
    model: exchange?.model ?? null,
    origin: range.contributor,
    lines: lengthOf(range),
  };
}

function groupBy(counts: readonly Count[], by: StatsKey): readonly StatsRow[] {
  const groups = new Map<string | null, Count[]>();
  for (const count of counts.filter(({ lines }) => lines > 0)) {
    const group = groups.get(count[by]);
    if (group === undefined) groups.set(count[by], [count]);
    else group.push(count);
  }
  const rows = [...groups].map(([key, group]) => ({ key, lines: sum(group) }));
  return by === 'day'
    ? rows.toSorted(byName)
    : rows.toSorted((one, other) => weigh(other) - weigh(one) || byName(one, other));
}

const byName = (one: StatsRow, other: StatsRow): number =>
  (one.key ?? '\uFFFF') < (other.key ?? '\uFFFF') ? -1 : 1;

const weigh = ({ lines }: StatsRow): number => lines.ai + lines.mixed;

function sum(counts: readonly Count[]): LineCounts {
  const total = { ai: 0, mixed: 0, unrecorded: 0, unknown: 0 };
  for (const { origin, lines } of counts) total[origin] += lines;
  return total;
}
