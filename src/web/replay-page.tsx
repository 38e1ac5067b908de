// A conversation told again. It comes in pieces; the reader starts with the first while the others are under way.
import { Fragment, type VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ReplayPage, TurnView } from '../model/pages.ts';
import { FaultNote, Waiting } from './notes.tsx';
import { SessionHead } from './session-head.tsx';
import { TimeLine } from './time-line.tsx';
import { stepKey, TurnSection } from './turn-view.tsx';
import { loadStep, useApprovals, useConversation } from './use-conversation.ts';
import { type Player, usePlayer } from './use-player.ts';
import { spanOf } from './words.ts';

/** Between two exchanges, worth a line of its own. */
const PAUSE_MS = 60_000;

interface ReplayProps {
  readonly id: string;
  /** Exchange to begin at. */
  readonly at: string | null;
}

export function ReplayView({ id, at }: ReplayProps): VNode {
  const { page, turns, fault } = useConversation(id);
  if (fault !== null) return <FaultNote fault={fault} />;
  return page === null ? <Waiting /> : <Replay page={page} turns={turns} at={at} />;
}

interface ToldProps {
  readonly page: ReplayPage;
  /** As many as have come so far. */
  readonly turns: readonly TurnView[];
  readonly at: string | null;
}

function Replay({ page: { session, exchanges }, turns, at }: ToldProps): VNode {
  const approvals = useApprovals();
  const [isSide, setSide] = useState(false);
  const steps = useMemo(
    () => turns.flatMap((turn) => turn.steps.map((_, index) => stepKey(turn, index))),
    [turns],
  );
  const player = usePlayer(steps, turns);
  useJump(at, turns, player.goTo);
  const pick = (exchange: string): void =>
    player.goTo(steps.find((step) => step.startsWith(`${exchange}:`)) ?? null);
  const common = { agent: session.agent, person: session.principal.name, isSide, isStatic: false };
  return (
    <div class="replay">
      <SessionHead session={session} exchanges={exchanges} />
      <div class="strip">
        <TimeLine
          session={session}
          exchanges={exchanges}
          current={player.current?.split(':')[0] ?? null}
          onPick={pick}
        />
        <Controls player={player} isSide={isSide} onSide={() => setSide(!isSide)} />
      </div>
      {turns.map((turn, number) => (
        <Fragment key={turn.exchange.id}>
          <Pause before={turns[number - 1]} after={turn} />
          <TurnSection
            turn={turn}
            number={number + 1}
            context={{ ...common, load: loadStep(turn.exchange.id) }}
            approvals={approvals.get(turn.exchange.id) ?? []}
            current={player.current}
            onPick={player.mark}
          />
        </Fragment>
      ))}
      {turns.length < exchanges.length ? <Waiting /> : null}
    </div>
  );
}

interface ControlsProps {
  readonly player: Player;
  readonly isSide: boolean;
  readonly onSide: () => void;
}

const Controls = ({ player, isSide, onSide }: ControlsProps): VNode => (
  <div class="controls">
    <button type="button" aria-pressed={player.isPlaying} onClick={player.toggle}>
      {player.isPlaying ? 'pause' : 'play'} <kbd>space</kbd>
    </button>
    <button type="button" onClick={() => player.move(-1)}>
      back <kbd>k</kbd>
    </button>
    <button type="button" onClick={() => player.move(1)}>
      on <kbd>j</kbd>
    </button>
    <button type="button" aria-pressed={isSide} onClick={onSide}>
      side by side
    </button>
    <span class="place" role="status">
      {player.position}
    </span>
  </div>
);

/** To the exchange that the address names, as soon as it is there; once. */
function useJump(
  at: string | null,
  turns: readonly TurnView[],
  goTo: (key: string | null) => void,
): void {
  const done = useRef<string | null>(null);
  useEffect(() => {
    const turn = turns.find(({ exchange }) => exchange.id === at);
    if (turn === undefined || done.current === at) return;
    done.current = at;
    goTo(stepKey(turn, 0));
  }, [at, turns]);
}

function Pause({
  before,
  after,
}: {
  readonly before: TurnView | undefined;
  readonly after: TurnView;
}): VNode | null {
  const endMs = before?.exchange.endedAtMs ?? null;
  const pauseMs = endMs === null ? 0 : after.exchange.startedAtMs - endMs;
  return pauseMs < PAUSE_MS ? null : <p class="pause">{spanOf(pauseMs)} later</p>;
}
