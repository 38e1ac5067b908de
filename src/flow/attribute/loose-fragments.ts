// Edits that belong to none of the files in question: snippets, and paths that nothing here answers to. Hundreds are found
// for the one that is meant, so that their texts are cut into tokens only when somebody looks at them.
import { EMPTY_TEXT } from '../../match/apply-edit.ts';
import type { AuthorTable } from '../../match/authors.ts';
import { versionOfEdit } from '../../match/edit-version.ts';
import type { Fragment } from '../../match/timeline.ts';
import type { Tokenizer } from '../../match/tokens.ts';
import { makeVersion } from '../../match/version.ts';
import type { Edit, Emission } from '../../model/edit.ts';
import { once } from '../../model/once.ts';
import { authorOf } from '../record/emission-author.ts';
import { isAbout } from '../record/emission-path.ts';
import type { ToldReader } from './told-texts.ts';

interface LooseWork {
  readonly tokenizer: Tokenizer;
  readonly table: AuthorTable;
}

export interface LooseFacts {
  readonly emissions: readonly Emission[];
  /** Files that have timelines. */
  readonly paths: readonly string[];
}

/** @returns what lists them, once and when first asked. */
export function listLooseFragments(
  work: LooseWork,
  facts: LooseFacts,
  readTold: ToldReader,
): () => readonly Fragment[] {
  return once(() => findLoose(work, facts, readTold));
}

function findLoose(
  work: LooseWork,
  { emissions, paths }: LooseFacts,
  readTold: ToldReader,
): readonly Fragment[] {
  const fragments: Fragment[] = [];
  for (const emission of emissions) {
    if (paths.some((path) => isAbout(emission, path))) continue;
    // without its file's history nobody can tell what of a whole file the model wrote and what it repeated
    if (emission.edit.kind === 'write' && emission.path !== null) continue;
    if (isText(emission.edit)) fragments.push(looseFragment(work, emission, readTold(emission)));
  }
  return fragments;
}

function isText(edit: Edit): boolean {
  if (edit.kind === 'told') return edit.by === 'model';
  return edit.kind !== 'delete' && edit.kind !== 'rename' && edit.kind !== 'command';
}

function looseFragment(
  work: LooseWork,
  emission: Emission,
  listTold: ReturnType<ToldReader>,
): Fragment {
  const author = authorOf(work.table, emission, 'exact');
  const writer = { author, ...(listTold === null ? {} : { listTold }) };
  const readVersion = once(
    () => versionOfEdit(emission.edit, writer, work.tokenizer) ?? makeVersion(EMPTY_TEXT, author),
  );
  return {
    atMs: emission.atMs,
    exchange: emission.exchange,
    isRejected: emission.outcome === 'rejected',
    get version() {
      return readVersion();
    },
  };
}
