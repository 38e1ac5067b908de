// The prompt and the reply that wrote some lines.
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { BlameLine } from '../model/origin.ts';
import type { TurnView } from '../model/pages.ts';
import { AgentName } from './agent-mark.tsx';
import type { LineBlock } from './blocks.ts';
import { Show } from './notes.tsx';
import { sessionPath } from './route.ts';
import { Fact } from './fact.tsx';
import { marked, ShownText } from './shown-text.tsx';
import { StepView } from './step-view.tsx';
import { useAnswer } from './use-answer.ts';
import { loadStep } from './use-conversation.ts';
import { minuteOf } from './words.ts';

interface PanelProps {
  readonly block: LineBlock;
  readonly onClose: () => void;
}

export function LinePanel({ block, onClose }: PanelProps): VNode {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.focus({ preventScroll: true }), [block]);
  const range = rangeOf(block);
  return (
    <aside class="line-panel" ref={panel} tabIndex={-1} aria-label={`where ${range} came from`}>
      <header>
        <h2>{range}</h2>
        <button type="button" class="close" onClick={onClose} aria-label="close">
          ✕
        </button>
      </header>
      {block.lines.slice(0, 1).map((line) => (
        <LineFacts line={line} />
      ))}
      <Behind block={block} />
    </aside>
  );
}

function rangeOf({ lines }: LineBlock): string {
  const [first, last] = [lines[0]?.line ?? 0, lines.at(-1)?.line ?? 0];
  return first === last ? `line ${String(first)}` : `lines ${String(first)} to ${String(last)}`;
}

const LineFacts = ({ line }: { readonly line: BlameLine }): VNode => (
  <dl>
    {line.agent === null ? null : (
      <Fact name="written by">
        <AgentName agent={line.agent} /> {marked(line.model ?? '')}
      </Fact>
    )}
    <Fact name="commit">
      <code>{/^0+$/.test(line.commit) ? 'not committed yet' : line.commit.slice(0, 12)}</code> by{' '}
      {marked(line.author)}
    </Fact>
    <Fact name="evidence">
      {line.evidence ?? 'none'}
      {line.signed ? ', signed by somebody who is trusted' : ''}
    </Fact>
  </dl>
);

function Behind({ block }: { readonly block: LineBlock }): VNode {
  const { prompt } = block;
  const [first] = block.lines;
  if (prompt === null)
    return (
      <p class="note">
        {first?.exchange == null
          ? 'No recorded model output accounts for these lines. That proves nothing about who wrote them.'
          : 'The conversation behind these lines was recorded elsewhere.'}
      </p>
    );
  return (
    <>
      <p class="asked">
        {marked(prompt.principal.name)} asked, {minuteOf(prompt.startedAtMs)}
      </p>
      <blockquote dir="auto">
        {prompt.prompt === null ? (
          <span class="note">the prompt is not kept</span>
        ) : (
          <ShownText text={{ text: prompt.prompt, length: prompt.prompt.length }} linesFirst={12} />
        )}
      </blockquote>
      <a class="button" href={sessionPath(prompt.session, prompt.exchange)}>
        replay that moment
      </a>
      <Reply exchange={prompt.exchange} agent={first?.agent ?? null} />
    </>
  );
}

function Reply({
  exchange,
  agent,
}: {
  readonly exchange: string;
  readonly agent: string | null;
}): VNode {
  const { answered } = useAnswer<TurnView>('turn', { exchange });
  const load = loadStep(exchange);
  const context = { agent, person: '', isSide: false, isStatic: false, load };
  return (
    <Show answered={answered}>
      {({ steps }) => (
        <div class="reply">
          {steps.map((step, at) =>
            step.kind === 'prompt' || step.kind === 'result' ? null : (
              <StepView step={step} context={context} at={at} />
            ),
          )}
        </div>
      )}
    </Show>
  );
}
