// One edit as a diff: lines below each other, or old and new side by side.
import type { VNode } from 'preact';
import type { HunkLine } from '../model/edit.ts';
import type { EditView } from '../model/pages.ts';
import { pairLines } from './pair-lines.ts';
import { filePath } from './route.ts';
import { marked } from './shown-text.tsx';
import { amountOf } from './words.ts';

const KINDS = {
  write: 'writes',
  append: 'appends to',
  insert: 'inserts into',
  replace: 'edits',
  patch: 'patches',
  delete: 'deletes',
  rename: 'moves',
  snippet: 'suggests',
  told: 'repeats what was said',
  command: 'runs',
} as const satisfies Readonly<Record<EditView['kind'], string>>;

const SIGNS = { '+': 'added', '-': 'removed', ' ': 'same' } as const satisfies Readonly<
  Record<HunkLine['mark'], string>
>;

interface DiffProps {
  readonly edit: EditView;
  readonly isSide: boolean;
  /** Paths as links to the file view. */
  readonly isLinked: boolean;
}

export function DiffView({ edit, isSide, isLinked }: DiffProps): VNode {
  const { path, movedTo, hunks, added, removed, more } = edit;
  const isRelative = path !== null && !path.startsWith('/');
  return (
    <figure class="diff">
      <figcaption>
        <span class="verb">{KINDS[edit.kind]}</span>{' '}
        {path === null ? null : isLinked && isRelative ? (
          <a class="path" href={filePath(path)}>
            {marked(path)}
          </a>
        ) : (
          <span class="path">{marked(path)}</span>
        )}
        {movedTo === null ? null : <span class="path"> → {marked(movedTo)}</span>}
        {edit.kind === 'command' ? null : (
          <span class="counts">
            <span class="plus">+{amountOf(added)}</span>{' '}
            <span class="minus">−{amountOf(removed)}</span>
          </span>
        )}
      </figcaption>
      {hunks.map((hunk) =>
        isSide && removed > 0 ? <SideHunk hunk={hunk} /> : <Hunk hunk={hunk} />,
      )}
      {more > 0 ? <p class="note">{amountOf(more)} more lines are not shown</p> : null}
    </figure>
  );
}

/** Long hunks scroll by themselves and can be reached with the keyboard. */
const Hunk = ({ hunk }: { readonly hunk: readonly HunkLine[] }): VNode => (
  <div class="hunk" tabIndex={0} role="group" aria-label="changed lines">
    {hunk.map((line) => (
      <Line line={line} />
    ))}
  </div>
);

const Line = ({ line }: { readonly line: HunkLine | null }): VNode =>
  line === null ? (
    <div class="line none" />
  ) : (
    <div class={`line ${SIGNS[line.mark]}`}>
      <span class="sign" aria-hidden="true">
        {line.mark === '-' ? '−' : line.mark}
      </span>
      {line.mark === ' ' ? null : <span class="unseen">{SIGNS[line.mark]}: </span>}
      <span class="text">{marked(line.text)}</span>
    </div>
  );

const SideHunk = ({ hunk }: { readonly hunk: readonly HunkLine[] }): VNode => (
  <div class="hunk side" tabIndex={0} role="group" aria-label="old lines and new lines">
    {pairLines(hunk).map(([before, after]) => (
      <div class="pair">
        <Line line={before} />
        <Line line={after} />
      </div>
    ))}
  </div>
);
