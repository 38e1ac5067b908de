// One exchange with the model: its steps, and what happened to it besides words.
import type { VNode } from 'preact';
import { RULED } from '../model/ruling.ts';
import type { ApprovalView, TurnView } from '../model/pages.ts';
import type { MaskRecord } from '../model/secret.ts';
import type { Exchange } from '../model/session.ts';
import { marked } from './shown-text.tsx';
import { type StepContext, StepView } from './step-view.tsx';
import { secondOf, shortOf, spanOf } from './words.ts';

interface TurnProps {
  readonly turn: TurnView;
  /** Index within the session. */
  readonly number: number;
  readonly context: StepContext;
  readonly approvals: readonly ApprovalView[];
  /** `EXCHANGE:INDEX` of the step that the reader is at; null where none is told. */
  readonly current: string | null;
  readonly onPick?: (key: string) => void;
}

export const stepKey = (turn: TurnView, at: number): string => `${turn.exchange.id}:${String(at)}`;

export function TurnSection(props: TurnProps): VNode {
  const { turn, number, context, approvals, current, onPick } = props;
  const { exchange } = turn;
  return (
    <section
      class={`turn${turn.isSideCall ? ' side-call' : ''}`}
      id={exchange.id}
      aria-label={`exchange ${String(number)}`}
    >
      <Facts exchange={exchange} number={number} />
      <div class="steps">
        {turn.isSideCall ? (
          <p class="note">side call: a title, a route or a count, not part of the talk</p>
        ) : null}
        {turn.steps.map((step, at) => {
          const key = stepKey(turn, at);
          return (
            <article
              class={`step${key === current ? ' current' : ''}`}
              data-step={key}
              tabIndex={-1}
              aria-current={key === current ? 'step' : undefined}
              onClick={onPick === undefined ? undefined : () => onPick(key)}
            >
              <StepView step={step} context={context} at={at} />
            </article>
          );
        })}
        <Notes turn={turn} approvals={approvals} isStatic={context.isStatic} />
      </div>
    </section>
  );
}

function Facts({
  exchange,
  number,
}: {
  readonly exchange: Exchange;
  readonly number: number;
}): VNode {
  const { usage, startedAtMs, endedAtMs } = exchange;
  const cached = usage?.cacheReadTokens ?? 0;
  return (
    <header class="facts">
      <h2>
        <span class="number">{number}</span>
        <time dateTime={new Date(startedAtMs).toISOString()}>{secondOf(startedAtMs)}</time>
      </h2>
      <p>
        <span>{endedAtMs === null ? 'open' : spanOf(endedAtMs - startedAtMs)}</span>
        {usage === null ? null : (
          <span title="tokens in, and out of the model">
            {shortOf((usage.inputTokens ?? 0) + cached)} in · {shortOf(usage.outputTokens ?? 0)} out
          </span>
        )}
        <span class="model">{marked(exchange.model ?? exchange.connection)}</span>
        <code>{exchange.id}</code>
      </p>
    </header>
  );
}

const DIRECTIONS = {
  toModel: 'on its way to the model',
  toAgent: 'before the agent saw it',
  atRest: 'in the record',
} as const satisfies Readonly<Record<MaskRecord['direction'], string>>;

const OUTCOMES = {
  ok: null,
  open: 'still under way',
  'client-abort': 'the agent hung up before the end',
  'upstream-error': "the model's server could not be reached, or broke off",
  refused: 'refused by aitrail; nothing went to the model',
  interrupted: 'the recorder was stopped in the middle',
} as const satisfies Readonly<Record<Exchange['outcome'], string | null>>;

const endOf = ({ outcome, status }: Exchange): string | null =>
  OUTCOMES[outcome] ??
  ((status ?? 200) >= 400 ? `the model's server answered ${String(status)}` : null);

interface NotesProps {
  readonly turn: TurnView;
  readonly approvals: readonly ApprovalView[];
  readonly isStatic: boolean;
}

function Notes({ turn: { exchange, rulings }, approvals, isStatic }: NotesProps): VNode | null {
  const { masks } = exchange;
  const ended = endOf(exchange);
  if (ended === null && masks.length + approvals.length + rulings.length === 0) return null;
  return (
    <ul class="events">
      {ended === null ? null : <li class="event bad">{ended}</li>}
      {rulings.map((ruling) => (
        <li class={`event ${ruling.effect === 'blocked' ? 'bad' : ruling.effect}`}>
          <strong>{marked(ruling.rule ?? 'protected path')}</strong>{' '}
          {RULED[ruling.effect] ?? ruling.effect}{' '}
          {ruling.tool === null
            ? marked(ruling.on === 'protect' ? 'a write' : `a ${ruling.on}`)
            : marked(ruling.tool)}
          {ruling.place === null ? null : <span class="place"> by {marked(ruling.place)}</span>}
        </li>
      ))}
      {masks.map((mask) => (
        <li class="event mask">
          <strong>{marked(mask.rule)}</strong> masked {DIRECTIONS[mask.direction]}:{' '}
          <code>{marked(mask.placeholder)}</code>
          {mask.isForwarded ? ' (the value itself was passed on)' : ''}
        </li>
      ))}
      {approvals.map(({ id, rule, what, state, decisions }) => (
        <li class={`event ask ${state}`}>
          <strong>{marked(rule)}</strong> asked for approval:{' '}
          {isStatic ? marked(what) : <a href={`/approvals/${id}`}>{marked(what)}</a>}, {state}
          {decisions.map(({ answer, approver }) => marked(` (${answer} by ${approver})`))}
        </li>
      ))}
    </ul>
  );
}
