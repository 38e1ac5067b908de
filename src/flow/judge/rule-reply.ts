// The rules of one reply: the gate that holds it, and what is written down once it is over.
import { callKey } from '../../agents/find-edits.ts';
import type { GatePolicy } from '../../wire/gated-events.ts';
import type { ReplyStream } from '../../wire/reply-stream.ts';
import { decidePassed, openReplyGate, type ReplyRules } from './judge-reply.ts';
import { holdAction, type Holder } from '../approve/hold-action.ts';
import type { Admitted } from '../record/record-exchange.ts';
import type { ReplyContext } from '../record/record-reply.ts';
import type { RequestFacts } from '../record/request-facts.ts';
import type { Standing } from '../record/resolve-path.ts';
import { recordDecision } from './rule-book.ts';
import { maskerFor } from '../mask/veil-book.ts';

export interface RuledReply {
  /** null where nothing can be refused. */
  readonly gate: GatePolicy | null;
  /** The reply is over, whatever is still held. */
  abandon(): void;
  /** After the end of the exchange is recorded. @throws Fault of the store. */
  settle(stream: Pick<ReplyStream, 'withheld' | 'reading'>): Promise<void>;
}

/** An abort without a reason makes an error with its stack, at the end of every reply. */
const OVER = 'the reply is over';

export function openRuledReply({ recorder, admitted, facts }: ReplyContext): RuledReply {
  const rules: ReplyRules = {
    policy: admitted.policy,
    rules: recorder.rules.of(admitted.policy),
    agent: facts.agent,
    standing: standingOf(admitted, facts),
    repository: admitted.grant.place.repository,
    paths: recorder.paths,
  };
  const over = new AbortController();
  const masker = maskerFor(recorder.maskers, admitted, facts.veil);
  const asks = { recorder, admitted, agent: facts.agent, session: facts.session.id, masker };
  const holder: Holder = { ...asks, hasSigns: true, gone: over.signal };
  return {
    gate: openReplyGate(rules, {
      tell: (decisions) => {
        for (const decision of decisions) void recordDecision(recorder, admitted, decision);
      },
      hold: (subject, held) => holdAction(holder, subject, held),
    }),
    abandon: () => over.abort(OVER),
    settle: async (stream) => {
      const withheld = stream.withheld();
      for (const unit of withheld)
        if (unit.kind === 'call')
          // the client did not get it, so it cannot have written anything
          await recorder.store.setOutcome(facts.session.id, callKey(unit.call), 'rejected');
      const blocks = stream.reading()?.blocks ?? [];
      for (const decision of await decidePassed(rules, blocks, withheld))
        await recordDecision(recorder, admitted, decision);
    },
  };
}

export const standingOf = ({ grant }: Admitted, { recognised }: RequestFacts): Standing => ({
  directory: recognised.directory,
  worktree: grant.place.worktree,
});
