// An answer's text: fenced code apart from words, inline code and headings told apart. Nothing of it becomes markup of its
// own: no links, no pictures, no HTML.
import type { ComponentChildren, VNode } from 'preact';
import { marked } from './shown-text.tsx';

const FENCE = /^(?: {0,3})```([^\n`]*)\n([\s\S]*?)(?:^ {0,3}```[ \t]*$\n?|$(?![\s\S]))/gm;
const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*/g;

export function prose(text: string): ComponentChildren {
  const parts: VNode[] = [];
  let from = 0;
  const words = (to: number): void => {
    const said = text.slice(from, to).replace(/^\n+|\n+$/g, '');
    if (said !== '') parts.push(<p class="words">{said.split('\n').map(lineOf)}</p>);
  };
  for (const fence of text.matchAll(FENCE)) {
    words(fence.index);
    parts.push(
      <pre class="code" tabIndex={0} data-language={(fence[1] ?? '').trim().slice(0, 30)}>
        <code>{marked((fence[2] ?? '').replace(/\n$/, ''))}</code>
      </pre>,
    );
    from = fence.index + fence[0].length;
  }
  words(text.length);
  return parts;
}

function lineOf(line: string, at: number): ComponentChildren {
  const heading = /^#{1,6} +(.*)$/.exec(line);
  const end = at === 0 ? '' : '\n';
  if (heading !== null) return [end, <strong class="heading">{inline(heading[1] ?? '')}</strong>];
  return [end, inline(line)];
}

function inline(line: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const found of line.matchAll(INLINE)) {
    parts.push(marked(line.slice(from, found.index)));
    const [all, code, strong] = found;
    parts.push(
      code === undefined ? <strong>{marked(strong ?? '')}</strong> : <code>{marked(code)}</code>,
    );
    from = found.index + all.length;
  }
  parts.push(marked(line.slice(from)));
  return parts;
}
