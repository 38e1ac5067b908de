// What files held at a moment, as token fingerprints. Lines are stored in groups whose borders the content decides, so
// that an edited file shares all groups but the edited ones with its earlier state.
import type { Database } from './database.ts';
import { formatCounts, parseCounts } from './counts.ts';
import { putList, readList, type RecentLists } from './lists.ts';
import { putPart, readPart } from './parts.ts';
import type { Observation } from './store.ts';

const GROUP_LINES_MAX = 128;
/** One line in this many ends a group. */
const GROUP_LINES_TYPICAL = 24;
/** 53-bit numbers as 7 bytes. */
const FINGERPRINT_BYTES = 7;
const OBSERVATIONS_MAX = 512;

export function addObservations(
  database: Database,
  lists: RecentLists,
  observations: readonly Observation[],
): void {
  for (const seen of observations) {
    const parts = groupLines(seen.lines).map((group) => putPart(database, formatGroup(group)));
    const group = `file ${seen.worktree}\n${seen.path}`;
    database.run(
      `INSERT INTO observations (repository, worktree, path, at_ms, exchange, moment, blob, list)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        seen.repository,
        seen.worktree,
        seen.path,
        seen.atMs,
        seen.exchange,
        seen.moment,
        seen.blob,
        putList(database, parts, { lists, group }),
      ],
    );
  }
}

/** @returns in time order; of each path the newest 512. */
export function findObservations(
  database: Database,
  repository: string,
  paths: readonly string[],
): readonly Observation[] {
  return [...new Set(paths)].flatMap((path) =>
    database
      .all<ObservationRow>(
        `SELECT * FROM observations WHERE repository = ? AND path = ? ORDER BY n DESC LIMIT ?`,
        [repository, path, OBSERVATIONS_MAX],
      )
      .toReversed()
      .map((row) => ({
        repository: row.repository,
        worktree: row.worktree,
        path: row.path,
        atMs: row.at_ms,
        exchange: row.exchange,
        moment: row.moment,
        blob: row.blob,
        lines: readList(database, row.list).flatMap((part) => parseGroup(readPart(database, part))),
      })),
  );
}

type Line = readonly number[];

function groupLines(lines: readonly Line[]): readonly (readonly Line[])[] {
  const groups: Line[][] = [];
  let group: Line[] = [];
  for (const line of lines) {
    group.push(line);
    const isBorder = line.length > 0 && (line[0] ?? 0) % GROUP_LINES_TYPICAL === 0;
    if (isBorder || group.length === GROUP_LINES_MAX) {
      groups.push(group);
      group = [];
    }
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** How many lines, how many tokens each, then the tokens. */
function formatGroup(lines: readonly Line[]): Uint8Array {
  const counts = formatCounts([lines.length, ...lines.map((line) => line.length)]);
  const tokens = lines.flat();
  const bytes = Buffer.alloc(tokens.length * FINGERPRINT_BYTES);
  tokens.forEach((token, i) => {
    const at = i * FINGERPRINT_BYTES;
    bytes.writeUInt32LE(token % 2 ** 32, at);
    bytes.writeUIntLE(Math.floor(token / 2 ** 32), at + 4, 3);
  });
  return Buffer.concat([formatCounts([counts.length]), counts, bytes]);
}

function parseGroup(data: Uint8Array): readonly Line[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const countsLength = parseCounts(bytes.subarray(0, 4))[0] ?? 0;
  const start = formatCounts([countsLength]).length;
  const [, ...lengths] = parseCounts(bytes.subarray(start, start + countsLength));
  let at = start + countsLength;
  return lengths.map((length) => {
    const line: number[] = [];
    for (let i = 0; i < length; i += 1) {
      line.push(bytes.readUInt32LE(at) + bytes.readUIntLE(at + 4, 3) * 2 ** 32);
      at += FINGERPRINT_BYTES;
    }
    return line;
  });
}

interface ObservationRow {
  readonly repository: string;
  readonly worktree: string;
  readonly path: string;
  readonly at_ms: number;
  readonly exchange: string;
  readonly moment: 'before' | 'after';
  readonly blob: string | null;
  readonly list: number;
}
