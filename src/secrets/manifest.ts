// Kubernetes secrets as kubectl prints them: everything below `data` and `stringData` of a manifest of kind Secret is a
// secret, whatever its key and however short. Looks at whole texts, since the kind usually stands behind the data.
import { RANK, type Candidate } from './candidate.ts';
import { isReference } from './placeholders.ts';

interface Line {
  readonly text: string;
  readonly start: number;
  /** Of its first key, a list's dash counted as blank. */
  readonly indent: number;
}

/** @returns candidates in any order; none in a text without such a manifest. */
export function findManifestValues(text: string): readonly Candidate[] {
  if (!text.includes('Secret') || !/[dD]ata\b/.test(text)) return [];
  return [...findInYaml(text), ...findInJson(text)];
}

const toCandidate = (text: string, start: number, end: number): readonly Candidate[] => {
  const value = text.slice(start, end);
  if (value === '' || isReference(value)) return [];
  return [{ rule: 'kubernetes-secret', start, end, rank: RANK.keyed, isOpen: false }];
};

const KIND = /^[ \t-]*kind:[ \t]*["']?Secret["']?[ \t]*\r?$/;
const ANY_KIND = /^[ \t-]*kind:/;
const SEPARATOR = /^(?:---|\.\.\.)/;
const DATA = /^[ \t-]*(?:data|stringData):[ \t]*\r?$/;

function findInYaml(text: string): readonly Candidate[] {
  const lines = linesOf(text);
  const found: Candidate[] = [];
  for (const [at, line] of lines.entries()) {
    if (!KIND.test(line.text)) continue;
    for (const data of siblingsOf(lines, at).filter((one) => DATA.test(lines[one]?.text ?? '')))
      found.push(...findEntries(text, lines, data));
  }
  return found;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const indent = /^[ \t]*(?:- +)*/.exec(line)?.[0].length ?? 0;
    const one = { text: line, start, indent };
    start += line.length + 1;
    return one;
  });
}

/** Of a mapping at most this many lines are looked at, on both sides of a key. */
const MAPPING_LINES_MAX = 2000;

/** Other keys of the mapping that the line is in. */
function siblingsOf(lines: readonly Line[], at: number): readonly number[] {
  const { indent = 0 } = lines[at] ?? {};
  const siblings: number[] = [];
  const walk = (step: 1 | -1): void => {
    for (let i = at + step; Math.abs(i - at) <= MAPPING_LINES_MAX; i += step) {
      const line = lines[i];
      if (line === undefined || SEPARATOR.test(line.text)) return;
      if (line.text.trim() === '') continue;
      if (line.indent < indent) return;
      if (line.indent === indent) {
        if (ANY_KIND.test(line.text)) return; // the same key twice: another mapping
        siblings.push(i);
      }
      const isDash = line.indent === indent && /^[ \t]*-/.test(line.text);
      if (isDash) return; // the mapping's first key, going up; the next mapping, going down
    }
  };
  if (!/^[ \t]*-/.test(lines[at]?.text ?? '')) walk(-1);
  walk(1);
  return siblings;
}

const ENTRY = /^([ \t]*["']?[\w./-]+["']?:[ \t]*)(["']?)(.*?)\2[ \t]*\r?$/;
const BLOCK = /^[|>][+-]?\d*$/;

function findEntries(text: string, lines: readonly Line[], data: number): readonly Candidate[] {
  const end = endOfBlock(lines, data);
  return lines
    .slice(data + 1, end + 1)
    .flatMap((line, i) =>
      findEntry(text, line, () => lines[endOfBlock(lines, data + 1 + i)] ?? line),
    );
}

function findEntry(text: string, line: Line, blockEnd: () => Line): readonly Candidate[] {
  const [, lead = '', quote = '', value = ''] = ENTRY.exec(line.text) ?? [];
  if (lead === '') return [];
  if (BLOCK.test(value)) {
    const last = blockEnd();
    return trimmed(text, endOf(line) + 1, endOf(last));
  }
  const start = line.start + lead.length + quote.length;
  return toCandidate(text, start, start + value.length);
}

const endOf = (line: Line): number => line.start + line.text.length;

/** @returns the last line that stands deeper than this one. */
function endOfBlock(lines: readonly Line[], at: number): number {
  const { indent = 0 } = lines[at] ?? {};
  let end = at + 1;
  while (end < lines.length && isDeeper(lines[end], indent)) end += 1;
  return end - 1;
}

const isDeeper = (line: Line | undefined, indent: number): boolean =>
  line !== undefined && (line.text.trim() === '' || line.indent > indent);

function trimmed(text: string, start: number, end: number): readonly Candidate[] {
  const block = text.slice(start, end);
  const lead = block.length - block.trimStart().length;
  return toCandidate(text, start + lead, start + block.trimEnd().length);
}

/** Quotes may be escaped: a manifest in an annotation of another one. */
const JSON_DATA =
  /(\\{0,3}")(?:data|stringData)\1[ \t\r\n]{0,20}:[ \t\r\n]{0,20}\{([^{}]{0,65536})\}/g;
const JSON_ENTRY =
  /(\\{0,3}")[\w./-]{1,253}\1[ \t\r\n]{0,20}:[ \t\r\n]{0,20}(\\{0,3}")([^"\\]*)\2/g;
const JSON_KIND = /"kind\\{0,3}"[ \t\r\n]{0,20}:[ \t\r\n]{0,20}\\{0,3}"(\w+)/g;

function findInJson(text: string): readonly Candidate[] {
  const kinds = [...text.matchAll(JSON_KIND)];
  if (!kinds.some(([, kind]) => kind === 'Secret')) return [];
  let next = 0; // the first kind behind the data
  return [...text.matchAll(JSON_DATA)].flatMap((data) => {
    while ((kinds[next]?.index ?? text.length) < data.index) next += 1;
    const around = [kinds[next - 1], kinds[next]];
    if (!around.some((kind) => kind?.[1] === 'Secret')) return [];
    const inner = data.index + data[0].length - 1 - (data[2] ?? '').length;
    return [...(data[2] ?? '').matchAll(JSON_ENTRY)].flatMap((entry) => {
      const end = inner + entry.index + entry[0].length - (entry[2] ?? '').length;
      return toCandidate(text, end - (entry[3] ?? '').length, end);
    });
  });
}
