// What can be typed next: from the same table that commander is built from, so that nothing has to be kept in step.
import type { CommandFace, OptionSpec } from './command.ts';

/** What a word may be, where only the repository or the store knows which there are. */
export type WordKind = 'session' | 'exchange' | 'record' | 'revision' | 'file';

export interface Candidate {
  readonly word: string;
  /** One line; '' where there is nothing to say. */
  readonly meaning: string;
}

export interface Completion {
  /** Those that begin with what stands there already. */
  readonly candidates: readonly Candidate[];
  /** What may stand there besides. */
  readonly kinds: readonly WordKind[];
}

/** A name that has verbs of its own, with what they are about. */
export type Summaries = ReadonlyMap<string, string>;

/** In `<…>` or `[…]` → what it stands for. */
const KINDS: Readonly<Record<string, readonly WordKind[]>> = {
  session: ['session'],
  exchange: ['exchange'],
  record: ['record', 'revision', 'file'],
  revision: ['revision'],
  range: ['revision'],
  ref: ['revision'],
  file: ['file'],
  path: ['file'],
  'FILE.html': ['file'],
};

/**
 * @param words what follows `aitrail`, up to and with the word under the cursor.
 * @returns candidates in the table's order.
 */
export function complete(
  specs: readonly CommandFace[],
  summaries: Summaries,
  words: readonly string[],
): Completion {
  const typed = joinValues(words);
  const last = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const named = findCommand(specs, before);
  if (named.spec === null) return namesIn(specs, summaries, { path: named.path, last });
  const { spec } = named;
  const option = optionBefore(spec, before.at(-1));
  if (option !== null) return valuesOf(option, last);
  if (last.startsWith('--') && last.includes('=')) return valueWithName(spec, last);
  if (last.startsWith('-')) return keep(flagsOf(spec), last);
  const verbs = namesIn(specs, summaries, { path: [spec.name], last });
  const place = wordsTyped(spec, before.slice(spec.name.split(' ').length));
  const own = argumentAt(spec, place, last);
  return {
    candidates: [...(place === 0 ? verbs.candidates : []), ...own.candidates],
    kinds: own.kinds,
  };
}

/** bash parts `--format=js` into three words. */
function joinValues(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of words) {
    const [option, sign] = [joined.at(-2) ?? '', joined.at(-1)];
    if (sign === '=' && option.startsWith('--')) joined.splice(-2, 2, `${option}=${word}`);
    else joined.push(word);
  }
  const [option = '', sign] = joined.slice(-2);
  if (sign === '=' && option.startsWith('--')) joined.splice(-2, 2, `${option}=`);
  return joined;
}

interface Named {
  /** Words that name it as far as they do. */
  readonly path: readonly string[];
  readonly spec: CommandFace | null;
}

function findCommand(specs: readonly CommandFace[], before: readonly string[]): Named {
  const [name = '', verb = ''] = before.filter((word) => !word.startsWith('-'));
  const nested = specs.find((spec) => spec.name === `${name} ${verb}`);
  const plain = specs.find((spec) => spec.name === name);
  return { path: name === '' ? [] : [name], spec: nested ?? plain ?? null };
}

function namesIn(
  specs: readonly CommandFace[],
  summaries: Summaries,
  { path, last }: { readonly path: readonly string[]; readonly last: string },
): Completion {
  const found = new Map<string, string>();
  for (const { name, summary } of specs) {
    const words = name.split(' ');
    const isHere = path.every((word, at) => word === words[at]) && words.length > path.length;
    const next = words[path.length] ?? '';
    if (!isHere || found.has(next)) continue;
    found.set(next, words.length > path.length + 1 ? (summaries.get(next) ?? '') : summary);
  }
  const own = path.length === 0 && last.startsWith('-') ? [{ word: '--version', meaning: '' }] : [];
  return keep([...[...found].map(([word, meaning]) => ({ word, meaning })), ...own], last);
}

/** The option whose value comes next. */
function optionBefore(spec: CommandFace, word: string | undefined): OptionSpec | null {
  if (word?.startsWith('-') !== true || word.includes('=')) return null;
  return (
    spec.options.find(({ flags }) => takesValue(flags) && namesOf(flags).includes(word)) ?? null
  );
}

const takesValue = (flags: string): boolean => /[<[]/.test(flags);

/** `-n, --lines <count>` → both names. */
const namesOf = (flags: string): readonly string[] =>
  flags.split(/[ ,]+/).filter((word) => word.startsWith('-'));

function valueWithName(spec: CommandFace, last: string): Completion {
  const at = last.indexOf('=');
  const option = optionBefore(spec, last.slice(0, at));
  return option === null ? NOTHING : valuesOf(option, last.slice(at + 1));
}

const valuesOf = (option: OptionSpec, last: string): Completion => ({
  ...keep(
    (option.values ?? []).map((word) => ({ word, meaning: '' })),
    last,
  ),
  kinds: kindsOf(option.flags),
});

const kindsOf = (text: string): readonly WordKind[] =>
  KINDS[/[<[]([^\]>.]+)/.exec(text)?.[1] ?? ''] ?? [];

const flagsOf = (spec: CommandFace): readonly Candidate[] => [
  ...spec.options.map(({ flags, description }) => ({
    word: namesOf(flags).at(-1) ?? flags,
    meaning: description,
  })),
  { word: '--help', meaning: 'explain this command' },
];

/** How many arguments stand before the cursor, options and their values aside. */
function wordsTyped(spec: CommandFace, words: readonly string[]): number {
  const isValue = (at: number): boolean => optionBefore(spec, words[at - 1]) !== null;
  return words.filter((word, at) => !word.startsWith('-') && !isValue(at)).length;
}

function argumentAt(spec: CommandFace, place: number, last: string): Completion {
  const parts = spec.usage.split(' ').filter((part) => part !== '');
  const repeated = parts.at(-1)?.includes('...') === true ? parts.at(-1) : undefined;
  const part = parts[place] ?? repeated;
  if (part === undefined) return NOTHING;
  const values = place === 0 ? (spec.values ?? []) : [];
  return {
    ...keep(
      values.map((word) => ({ word, meaning: '' })),
      last,
    ),
    kinds: kindsOf(part),
  };
}

const keep = (candidates: readonly Candidate[], last: string): Completion => ({
  candidates: candidates.filter(({ word }) => word.startsWith(last)),
  kinds: [],
});

const NOTHING: Completion = { candidates: [], kinds: [] };
