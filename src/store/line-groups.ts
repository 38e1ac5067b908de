// The lines of an observed file in groups whose borders the content decides, so that an edited file shares all groups but
// the edited ones with its earlier state.
import { formatCounts, parseCounts } from '../model/counts.ts';

const GROUP_LINES_MAX = 128;
/** One line in this many ends a group. */
const GROUP_LINES_TYPICAL = 24;
/** 53-bit numbers as 7 bytes. */
const FINGERPRINT_BYTES = 7;

type Line = readonly number[];

export function groupLines(lines: readonly Line[]): readonly (readonly Line[])[] {
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
export function formatGroup(lines: readonly Line[]): Uint8Array {
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

export function parseGroup(data: Uint8Array): readonly Line[] {
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
