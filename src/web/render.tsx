// Conversations as markup without scripts: everything is there at once. Runs in the program itself, not in a browser.
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ApprovalView, ReplayPage } from '../model/pages.ts';
import { byExchange } from './by-exchange.ts';
import { SessionHead } from './session-head.tsx';
import { TurnSection } from './turn-view.tsx';

/** @param pages each whole: `turns` for all `exchanges`. @returns what stands in the body of a document. */
export const renderReplay = (
  pages: readonly ReplayPage[],
  approvals: readonly ApprovalView[],
): string => renderToString(<Conversations pages={pages} approvals={approvals} />);

interface ConversationsProps {
  readonly pages: readonly ReplayPage[];
  readonly approvals: readonly ApprovalView[];
}

function Conversations({ pages, approvals }: ConversationsProps): VNode {
  const asked = byExchange(approvals);
  return (
    <main>
      {pages.map(({ session, exchanges, turns }) => (
        <div class="replay whole">
          <SessionHead session={session} exchanges={exchanges} />
          {turns.map((turn, at) => (
            <TurnSection
              turn={turn}
              number={at + 1}
              context={{
                agent: session.agent,
                person: session.principal.name,
                isSide: false,
                isStatic: true,
                load: () => Promise.resolve(null),
              }}
              approvals={asked.get(turn.exchange.id) ?? []}
              current={null}
            />
          ))}
        </div>
      ))}
    </main>
  );
}
