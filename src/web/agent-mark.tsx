// An agent's mark: a colour and a shape, so that it can be told without seeing colours.
import type { VNode } from 'preact';
import { marked } from './shown-text.tsx';

const SHAPES = {
  diamond: 'M8 1 15 8 8 15 1 8Z',
  circle: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13Z',
  triangle: 'M8 1.5 15 14H1Z',
  square: 'M2 2h12v12H2Z',
  hexagon: 'M4.5 2h7L15 8l-3.5 6h-7L1 8Z',
  plus: 'M6 1.5h4V6h4.5v4H10v4.5H6V10H1.5V6H6Z',
  drop: 'M8 1C11 5.5 13.5 7.5 13.5 10.2a5.5 5 0 0 1-11 0C2.5 7.5 5 5.5 8 1Z',
  flag: 'M2.5 1.5 14 5.5 5 9.5V15H2.5Z',
} as const satisfies Readonly<Record<string, string>>;

type Shape = keyof typeof SHAPES;

interface Mark {
  readonly shape: Shape;
  /** 1 to 8: a colour of the style sheet. */
  readonly tone: number;
}

const KNOWN: Readonly<Record<string, Mark>> = {
  'claude-code': { shape: 'diamond', tone: 1 },
  codex: { shape: 'circle', tone: 2 },
  'gemini-cli': { shape: 'triangle', tone: 3 },
  opencode: { shape: 'square', tone: 4 },
  'copilot-cli': { shape: 'hexagon', tone: 5 },
  aider: { shape: 'plus', tone: 6 },
  cline: { shape: 'drop', tone: 7 },
  'qwen-code': { shape: 'flag', tone: 8 },
};

/** The same agent has the same mark everywhere and always. */
export function markOf(agent: string | null): Mark {
  const known = KNOWN[agent ?? ''];
  if (known !== undefined) return known;
  let sum = 7;
  for (const char of agent ?? '') sum = (sum * 31 + char.charCodeAt(0)) % 997;
  const shapes: readonly Shape[] = [
    'diamond',
    'circle',
    'triangle',
    'square',
    'hexagon',
    'plus',
    'drop',
    'flag',
  ];
  return { shape: shapes[sum % shapes.length] ?? 'circle', tone: 1 + (Math.floor(sum / 8) % 8) };
}

/** Decoration: the name stands beside it. */
export const AgentMark = ({ agent }: { readonly agent: string | null }): VNode => {
  const { shape, tone } = markOf(agent);
  return (
    <svg
      class={`mark tone-${String(tone)}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={SHAPES[shape]} />
    </svg>
  );
};

export const AgentName = ({ agent }: { readonly agent: string | null }): VNode => (
  <span class="agent">
    <AgentMark agent={agent} />
    <span>{marked(agent ?? 'unknown agent')}</span>
  </span>
);
