// What waits for a person, shown whole, and their answer: signed by their own key, through the same door as the command.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApprovalsPage, ApprovalView, DecidedPage, FaultPage } from '../model/pages.ts';
import { send } from './ask.ts';
import { Empty, FaultNote, Show } from './notes.tsx';
import { sessionPath } from './route.ts';
import { Fact } from './fact.tsx';
import { marked, ShownText } from './shown-text.tsx';
import { useAnswer } from './use-answer.ts';
import { agoOf, minuteOf } from './words.ts';

const KINDS = {
  'tool-call': 'tool call',
  prompt: 'prompt',
  text: 'text',
  http: 'request',
  commit: 'commit',
  push: 'push',
} as const satisfies Readonly<Record<ApprovalView['kind'], string>>;

export function ApprovalsView({ id }: { readonly id: string | null }): VNode {
  const { answered, again } = useAnswer<ApprovalsPage>('approvals');
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (id !== null && answered !== null) document.getElementById(id)?.scrollIntoView();
  }, [id, answered]);
  return (
    <div class="approvals">
      <div class="page-head">
        <h1>Approvals</h1>
        <button type="button" onClick={again}>
          look again
        </button>
      </div>
      <p class="said-line" role="status">
        {marked(said)}
      </p>
      <Show answered={answered}>
        {({ approvals, stale }) => (
          <>
            {stale === null ? null : (
              <p class="note">the remote could not be asked: {marked(stale)}</p>
            )}
            <Requests
              approvals={approvals}
              onDecided={(words) => {
                setSaid(words);
                again();
              }}
            />
          </>
        )}
      </Show>
    </div>
  );
}

interface RequestsProps {
  readonly approvals: readonly ApprovalView[];
  readonly onDecided: (said: string) => void;
}

function Requests({ approvals, onDecided }: RequestsProps): VNode {
  const open = approvals.filter(({ isOpen }) => isOpen);
  const over = approvals.filter(({ isOpen }) => !isOpen);
  return (
    <>
      {open.length === 0 ? (
        <Empty>
          <p>Nothing waits for approval.</p>
        </Empty>
      ) : null}
      {open.map((approval) => (
        <Request key={approval.id} approval={approval} onDecided={onDecided} />
      ))}
      {over.length === 0 ? null : (
        <details class="past">
          <summary>{String(over.length)} answered, used or expired</summary>
          {over.map((approval) => (
            <Request key={approval.id} approval={approval} onDecided={onDecided} />
          ))}
        </details>
      )}
    </>
  );
}

function Request({
  approval,
  onDecided,
}: {
  readonly approval: ApprovalView;
  readonly onDecided: (said: string) => void;
}): VNode {
  const { id, kind, what, state, doubt, shown, isWhole } = approval;
  return (
    <article
      class={`request ${approval.isOpen ? 'open' : 'over'}`}
      id={id}
      aria-labelledby={`what-${id}`}
    >
      <header>
        <span class="badge">{KINDS[kind]}</span>
        <h2 id={`what-${id}`}>{marked(what)}</h2>
        <span class={`badge ${state}`}>{state === 'pending' ? 'waits' : state}</span>
      </header>
      {doubt === null ? null : <p class="warning">not to be believed: {marked(doubt)}</p>}
      <RequestFacts approval={approval} />
      {isWhole ? null : <p class="note">this is not all of it: the digest is over all</p>}
      <pre class="asked-for" tabIndex={0}>
        <ShownText text={{ text: shown, length: shown.length }} linesFirst={30} />
      </pre>
      {approval.decisions.map(({ answer, approver, reason, atMs }) => (
        <p class="decision">
          {answer} by {marked(approver)}, {minuteOf(atMs)}
          {reason === '' ? '' : ': '}
          {marked(reason)}
        </p>
      ))}
      {approval.refused.map((line) => (
        <p class="note">not counted: {marked(line)}</p>
      ))}
      {approval.isOpen ? <AnswerForm id={id} what={what} onDecided={onDecided} /> : null}
    </article>
  );
}

const RequestFacts = ({ approval }: { readonly approval: ApprovalView }): VNode => (
  <dl>
    <Fact name="asked by">{marked(approval.requester)}</Fact>
    <Fact name="rule">
      {marked(approval.rule)}
      {approval.place === null
        ? ''
        : marked(` (${approval.place.file}:${String(approval.place.line)})`)}
    </Fact>
    <Fact name="may approve">
      {approval.approvers.length === 0
        ? 'any listed signer'
        : marked(approval.approvers.join(', '))}
    </Fact>
    <Fact name="asked">{minuteOf(approval.createdAtMs)}</Fact>
    <Fact name={approval.expiresAtMs > Date.now() ? 'expires' : 'expired'}>
      {agoOf(approval.expiresAtMs)}
    </Fact>
    {approval.session === null ? null : (
      <Fact name="conversation">
        <a href={sessionPath(approval.session, approval.exchange)}>{approval.session}</a>
      </Fact>
    )}
    <Fact name="sha256">
      <code title={approval.digest}>{approval.digest.slice(0, 16)}</code>
    </Fact>
  </dl>
);

interface FormProps {
  readonly id: string;
  readonly what: string;
  readonly onDecided: (said: string) => void;
}

function AnswerForm({ id, what, onDecided }: FormProps): VNode {
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<FaultPage | null>(null);
  const decide = async (answer: 'approve' | 'deny'): Promise<void> => {
    setBusy(true);
    setFault(null);
    const answered = await send<DecidedPage>('decide', { answer, id, reason });
    setBusy(false);
    if (answered.kind === 'fault') setFault(answered.fault);
    else onDecided(answered.answer.said);
  };
  return (
    <div class="answer-form" role="group" aria-label={`answer: ${what}`}>
      <label>
        <span>reason, signed with your answer</span>
        <input
          value={reason}
          maxLength={500}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        class="approve"
        disabled={isBusy}
        onClick={() => void decide('approve')}
      >
        approve and sign
      </button>
      <button type="button" class="deny" disabled={isBusy} onClick={() => void decide('deny')}>
        deny
      </button>
      {fault === null ? null : <FaultNote fault={fault} />}
    </div>
  );
}
