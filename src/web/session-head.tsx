// What a session is, above its replay.
import type { VNode } from 'preact';
import type { Exchange, Session } from '../model/session.ts';
import { AgentName } from './agent-mark.tsx';
import { Fact } from './fact.tsx';
import { marked } from './shown-text.tsx';
import { amountOf, minuteOf, shortOf, spanOf } from './words.ts';

interface HeadProps {
  readonly session: Session;
  readonly exchanges: readonly Exchange[];
}

export function SessionHead({ session, exchanges }: HeadProps): VNode {
  const { place, principal } = session;
  const tokens = tokensOf(exchanges);
  const masks = exchanges.reduce((all, { masks: some }) => all + some.length, 0);
  const busyMs = exchanges.reduce(
    (all, { startedAtMs, endedAtMs }) =>
      all + Math.max(0, (endedAtMs ?? startedAtMs) - startedAtMs),
    0,
  );
  return (
    <header class="session-head">
      <h1>
        <AgentName agent={session.agent} />
        <span class="version">{marked(session.agentVersion ?? '')}</span> <code>{session.id}</code>
      </h1>
      <dl>
        <Fact name="person">{marked(`${principal.name} <${principal.email}>`)}</Fact>
        <Fact name="work">{marked(whereOf(session))}</Fact>
        {place.branch === null ? null : <Fact name="branch">{marked(place.branch)}</Fact>}
        <Fact name="model">{marked(session.models.join(', ') || 'unknown')}</Fact>
        <Fact name="began">{minuteOf(session.startedAtMs)}</Fact>
        <Fact name="model at work">{spanOf(busyMs)}</Fact>
        <Fact name="exchanges">{amountOf(exchanges.length)}</Fact>
        <Fact name="tokens">
          {shortOf(tokens.input)} in, {shortOf(tokens.output)} out
        </Fact>
        {masks === 0 ? null : <Fact name="masked">{amountOf(masks)}</Fact>}
      </dl>
    </header>
  );
}

/** Last step of the worktree. */
export const whereOf = ({ place }: Session): string =>
  place.worktree?.split(/[\\/]/).findLast((step) => step !== '') ?? 'no repository';

function tokensOf(exchanges: readonly Exchange[]): {
  readonly input: number;
  readonly output: number;
} {
  let [input, output] = [0, 0];
  for (const { usage } of exchanges) {
    input += (usage?.inputTokens ?? 0) + (usage?.cacheReadTokens ?? 0);
    output += usage?.outputTokens ?? 0;
  }
  return { input, output };
}
