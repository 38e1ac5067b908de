// The origin of each line of one text, from everything that is known: the file's own timeline first, then what notes say
// of the versions it came from, then copies and pastes.
import type { LineOrigin } from '../model/origin.ts';
import type { AuthorTable } from './authors.ts';
import { elementAt } from './diff.ts';
import { explainOpen } from './explain.ts';
import { foldLines } from './fold.ts';
import { COPIED, MOVED, type Fragment, type Timeline } from './timeline.ts';
import { returnReordered } from './reordered.ts';
import { splitLines, type Tokenizer } from './tokens.ts';
import {
  carryOver,
  emptyDraft,
  goneLines,
  isAi,
  PERSON,
  restoreLines,
  settle,
  type Draft,
  type Version,
} from './version.ts';
import { cutLines } from './lines.ts';

/** A version of which notes say something. */
export interface NotedVersion {
  readonly whole: Version;
  /** Only the lines whose origin was looked up. */
  readonly told: Version;
}

export interface TextEvidence {
  readonly tokenizer: Tokenizer;
  readonly table: AuthorTable;
  /** This file's timelines: the worktree's own first, then that of the name it had before. */
  readonly timelines: readonly Timeline[];
  /** Versions that notes vouch for: the parents', then those of the commits this one was made from. */
  readonly noted: readonly NotedVersion[];
  /** Everything else that text may have come from. */
  readonly listFragments: () => readonly Fragment[];
  /** Has a model written this line just so? */
  readonly isEmitted: (line: string) => boolean;
}

/**
 * @param text with the lines (1-based) that are asked about in `added`.
 * @returns one origin per line, as git counts lines.
 */
export function attributeText(
  { text, added }: { readonly text: string; readonly added: ReadonlySet<number> },
  evidence: TextEvidence,
): LineOrigin[] {
  const { tokenizer, table, isEmitted } = evidence;
  const tokens = tokenizer.tokenize(text);
  const [first] = evidence.timelines;
  const draft =
    first === undefined
      ? emptyDraft(cutLines(tokens))
      : carryOver(first.current.version, tokens, PERSON);
  for (const timeline of evidence.timelines.slice(1))
    overlay(draft, carryOver(timeline.current.version, tokens, PERSON));
  for (const { whole } of evidence.noted) overlay(draft, carryOver(whole, tokens, PERSON));
  const current = evidence.timelines.map((timeline) => timeline.current);
  const told = evidence.noted.map((one) => ({ version: one.told, isRejected: false }));
  const past = evidence.timelines.flatMap((timeline) => timeline.past);
  restoreLines(
    draft,
    [...past, ...told].map((one) => one.version),
  );
  for (const { version } of current)
    returnReordered(draft, version, () => goneLines(version, draft));
  for (const { whole, told: one } of evidence.noted)
    returnReordered(draft, whole, () => goneLines(one, draft));
  explainOpen(
    draft,
    () =>
      [...current, ...told].map(({ version }) => ({
        version: goneLines(version, draft),
        isRejected: false,
      })),
    MOVED,
  );
  explainOpen(draft, () => [...past, ...current, ...told, ...evidence.listFragments()], COPIED);
  const { starts } = draft.version.lines;
  const isNew = (line: number): boolean =>
    draft.isKnown
      .subarray(elementAt(starts, line), elementAt(starts, line + 1))
      .every((flag) => flag === 0);
  const version = settle(draft, PERSON);
  return foldLines({ version, table, rawLines: splitLines(text), isEmitted, added, isNew });
}

/** Takes lines over of which the draft knows no AI's part and the other does. */
function overlay(draft: Draft, other: Draft): void {
  const { starts, ids } = draft.version.lines;
  for (const line of ids.keys()) {
    const [start, end] = [elementAt(starts, line), elementAt(starts, line + 1)];
    if (draft.version.authors.subarray(start, end).some(isAi)) continue;
    const isOpen = draft.isKnown.subarray(start, end).every((known) => known === 0);
    if (!isOpen && !other.version.authors.subarray(start, end).some(isAi)) continue;
    draft.isEdited[line] = elementAt(other.isEdited, line);
    for (let token = start; token < end; token += 1) {
      if (other.isKnown[token] === 0) continue;
      draft.version.authors[token] = elementAt(other.version.authors, token);
      draft.version.cuts[token] = elementAt(other.version.cuts, token);
      draft.isKnown[token] = 1;
    }
  }
}
