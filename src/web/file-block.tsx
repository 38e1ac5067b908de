// Lines that came the same way, with what is known of them beside.
import type { VNode } from 'preact';
import { AgentMark, markOf } from './agent-mark.tsx';
import type { LineBlock } from './blocks.ts';
import { ORIGIN_WORDS } from './origin-bar.tsx';
import { marked } from './shown-text.tsx';

const LINE_CHARS_MAX = 2000;
const ZERO = /^0+$/;

interface BlockProps {
  readonly block: LineBlock;
  readonly isPicked: boolean;
  readonly onPick: () => void;
}

export function FileBlock({ block, isPicked, onPick }: BlockProps): VNode {
  const [first] = block.lines;
  const tone = first?.agent === null ? '' : ` tone-${String(markOf(first?.agent ?? null).tone)}`;
  return (
    <div class={`block ${first?.origin ?? 'unknown'}${tone}${isPicked ? ' picked' : ''}`}>
      <button type="button" class="beside" aria-expanded={isPicked} onClick={onPick}>
        <Beside block={block} />
      </button>
      <div class="lines" onClick={onPick}>
        {block.lines.map(({ line, text }) => (
          <div class="code-line" id={`L${String(line)}`} key={line}>
            <span class="number">{line}</span>
            <span class="text">{text === '' ? '\u00A0' : marked(cutLine(text))}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

const cutLine = (text: string): string =>
  text.length <= LINE_CHARS_MAX
    ? text
    : `${text.slice(0, LINE_CHARS_MAX)} … ${String(text.length)} characters`;

function Beside({ block }: { readonly block: LineBlock }): VNode {
  const [first] = block.lines;
  if (first === undefined) return <span />;
  const when = ZERO.test(first.commit) ? 'not committed' : first.time.slice(0, 10);
  if (first.origin === 'ai' || first.origin === 'mixed')
    return (
      <>
        <span class="meta">
          <AgentMark agent={first.agent} /> {marked(first.agent ?? 'unknown agent')}
          {first.origin === 'mixed' ? ', changed' : ''} · {when}
          {first.signed ? <Signed /> : null}
        </span>
        <Asked block={block} />
      </>
    );
  return (
    <span class="meta">
      {ORIGIN_WORDS[first.origin]} · {marked(nameOf(first.author))} · {when}
    </span>
  );
}

const Signed = (): VNode => (
  <span class="signed" title="signed by somebody who is trusted">
    {' '}
    ✓
  </span>
);

function Asked({ block: { prompt, isSamePrompt } }: { readonly block: LineBlock }): VNode | null {
  const words = isSamePrompt ? '' : (prompt?.prompt ?? '');
  return words === '' ? null : <q class="prompt">{marked(words.slice(0, 600))}</q>;
}

const nameOf = (author: string): string => author.replace(/ <[^>]*>$/, '');
