// Text that somebody else wrote, shown harmlessly: what is hidden in it becomes a visible mark, placeholders of masked
// secrets stand out, and no text is longer than what somebody asked to see.
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { HIDDEN, showHidden } from '../model/hidden.ts';
import type { CutText } from '../model/pages.ts';
import { cutText } from './cut-text.ts';
import { amountOf } from './words.ts';

const PLACEHOLDER = /AITRAIL_[a-z0-9]+(?:_[a-z0-9]+)*_[0-9a-f]{8}(?![A-Za-z0-9])/g;

/** Characters and lines of a text at first; each time somebody asks it is eight times as much. */
const CHARS_FIRST = 4000;
const LINES_FIRST = 60;
const GROWTH = 8;

/** A text of one kind of characters after the other. */
export const marked = (text: string): ComponentChildren =>
  pieces(text.replaceAll('\r\n', '\n'), PLACEHOLDER, (masked) => (
    <mark class="masked" title="a secret was here: masked by aitrail">
      {masked}
    </mark>
  )).flatMap((piece) =>
    typeof piece === 'string'
      ? pieces(piece, HIDDEN, (char) => (
          <span class="hidden-char" title="a character that would not be seen">
            {showHidden(char)}
          </span>
        ))
      : [piece],
  );

function pieces(
  text: string,
  pattern: RegExp,
  show: (found: string) => VNode,
): readonly (string | VNode)[] {
  const parts: (string | VNode)[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(show(match[0]));
    from = match.index + match[0].length;
  }
  return from === 0 ? [text] : [...parts, text.slice(from)];
}

interface ShownProps {
  readonly text: CutText;
  /** Brings the whole text; absent where nobody can be asked. */
  readonly load?: () => Promise<string | null>;
  readonly as?: (text: string) => ComponentChildren;
  readonly linesFirst?: number;
  /** Everything that is here, at once: for files without scripts. */
  readonly isAll?: boolean;
}

/** A text and the button that shows more of it. */
export function ShownText({
  text,
  load,
  as = marked,
  linesFirst = LINES_FIRST,
  isAll,
}: ShownProps): VNode {
  const [whole, setWhole] = useState(text.text);
  const [factor, setFactor] = useState(1);
  const shown =
    isAll === true
      ? whole
      : cutText(whole, { chars: CHARS_FIRST * factor, lines: linesFirst * factor });
  const left = text.length - shown.length;
  const more = async (): Promise<void> => {
    const wanted = factor * GROWTH;
    if (load !== undefined && wanted * CHARS_FIRST > whole.length && whole.length < text.length) {
      const loaded = await load();
      if (loaded !== null) setWhole(loaded);
    }
    setFactor(wanted);
  };
  return (
    <>
      {as(shown)}
      {left > 0 && isAll !== true && (shown.length < whole.length || load !== undefined) ? (
        <button type="button" class="more" onClick={() => void more()}>
          show more ({amountOf(left)} characters left)
        </button>
      ) : null}
      {left > 0 && isAll === true ? (
        <p class="note">{amountOf(left)} more characters are not in this file</p>
      ) : null}
    </>
  );
}
