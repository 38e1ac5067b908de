// One thing that was said or done in a conversation.
import type { ComponentChildren, VNode } from 'preact';
import type { Step } from '../model/pages.ts';
import { AgentName } from './agent-mark.tsx';
import { DiffView } from './diff-view.tsx';
import { prose } from './prose.tsx';
import { marked, ShownText } from './shown-text.tsx';

export interface StepContext {
  readonly agent: string | null;
  readonly person: string;
  readonly isSide: boolean;
  /** Without scripts everything is there at once, and nobody can be asked for more. */
  readonly isStatic: boolean;
  /** The whole text of a step; null where it could not be had. */
  readonly load: (at: number) => Promise<Step | null>;
}

interface StepProps<Kind extends Step['kind']> {
  readonly step: Extract<Step, { readonly kind: Kind }>;
  readonly context: StepContext;
  /** Index within its turn. */
  readonly at: number;
}

export function StepView({ step, context, at }: StepProps<Step['kind']>): VNode {
  switch (step.kind) {
    case 'prompt':
      return <Prompt step={step} context={context} at={at} />;
    case 'result':
      return <Result step={step} context={context} at={at} />;
    case 'answer':
    case 'thinking':
      return <Answer step={step} context={context} at={at} />;
    case 'call':
      return <Call step={step} context={context} at={at} />;
    case 'error':
      return (
        <div class="said error">
          <h3>error</h3>
          <pre>{marked(step.text.text)}</pre>
        </div>
      );
  }
}

const textOf = (step: Step | null): string | null =>
  step === null ? null : step.kind === 'call' ? step.input.text : step.text.text;

function Text({
  step,
  context,
  at,
  as,
  linesFirst,
}: StepProps<Step['kind']> & {
  readonly as?: (text: string) => ComponentChildren;
  readonly linesFirst?: number;
}): VNode {
  const { isStatic, load } = context;
  return (
    <ShownText
      text={step.kind === 'call' ? step.input : step.text}
      {...(as === undefined ? {} : { as })}
      {...(linesFirst === undefined ? {} : { linesFirst })}
      {...(isStatic ? { isAll: true } : { load: async () => textOf(await load(at)) })}
    />
  );
}

const Prompt = (props: StepProps<'prompt'>): VNode => (
  <div class="said prompt">
    <h3>{marked(props.context.person)}</h3>
    <div class="text" dir="auto">
      <Text {...props} as={prose} />
    </div>
  </div>
);

function Answer(props: StepProps<'answer' | 'thinking'>): VNode {
  const { step, context } = props;
  if (step.kind === 'answer')
    return (
      <div class="said answer">
        <h3>
          <AgentName agent={context.agent} />
        </h3>
        <div class="text" dir="auto">
          <Text {...props} as={prose} />
        </div>
      </div>
    );
  return (
    <details class="said thinking">
      <summary>
        <span class="kind">thinking</span>{' '}
        <span class="gist">{marked(gistOf(step.text.text))}</span>
      </summary>
      <div class="text" dir="auto">
        <Text {...props} as={prose} />
      </div>
    </details>
  );
}

function Result(props: StepProps<'result'>): VNode {
  const { step } = props;
  const isShort = step.text.length < 400 && step.text.text.split('\n').length <= 6;
  return (
    <details class={`said result${step.isError ? ' failed' : ''}`} open={isShort || step.isError}>
      <summary>
        <span class="kind">
          {step.isError ? 'error from' : 'result of'} {marked(step.tool ?? 'a tool')}
        </span>{' '}
        {isShort ? null : <span class="gist">{marked(gistOf(step.text.text))}</span>}
      </summary>
      <pre class="output" tabIndex={0}>
        <Text {...props} linesFirst={24} />
      </pre>
    </details>
  );
}

function Call(props: StepProps<'call'>): VNode {
  const { step, context } = props;
  const { edits, outcome, target, tool } = step;
  const isEdit = edits.some(({ kind }) => kind !== 'command');
  return (
    <div class={`said call ${outcome}`}>
      <h3>
        <span class="tool">{marked(tool)}</span>{' '}
        {isEdit ? null : <code class="target">{marked(gistOf(target))}</code>}
        {outcome === 'rejected' ? <span class="badge bad">rejected</span> : null}
        {outcome === 'accepted' && isEdit ? <span class="badge good">done</span> : null}
      </h3>
      {edits
        .filter(({ kind }) => kind !== 'command')
        .map((edit) => (
          <DiffView edit={edit} isSide={context.isSide} isLinked={!context.isStatic} />
        ))}
      {!isEdit && step.input.length > 2 ? (
        <details class="input">
          <summary>all arguments</summary>
          <pre tabIndex={0}>
            <Text {...props} linesFirst={40} />
          </pre>
        </details>
      ) : null}
    </div>
  );
}

/** The first words, on one line. */
const gistOf = (text: string): string => {
  const line = text.slice(0, 400).replaceAll(/\s+/g, ' ').trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
};
