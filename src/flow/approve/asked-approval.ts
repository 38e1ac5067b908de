// A request for approval of a team's gateway, and its answer, as the store has them: both signed with the key that all
// gateways share, so that whoever writes the database can take them away and make none.
import { openApproval, parseDecision, parseRequest } from '../../attest/approval-envelope.ts';
import { fingerprintOf } from '../../attest/ssh-key.ts';
import { isSamePerson } from '../../guard/roles.ts';
import { openSealed, sealJson } from '../../log/seal.ts';
import type { NoteSigner } from '../../log/note.ts';
import type {
  Approval,
  ApprovalDecision,
  ApprovalRequest,
  ApprovalState,
  SignedDecision,
} from '../../model/approval.ts';
import { canonicalJson } from '../../model/canonical-json.ts';
import { objectAt, parseJson, stringAt } from '../../model/json.ts';
import type { Asked } from '../../store/asked-store.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** Who asks, as their token says. */
export interface Asker {
  /** Issuer and subject. */
  readonly who: string;
  /** Empty: not known. */
  readonly email: string;
}

/** What a gateway vouches for: who asks for what, under which name the store finds it. */
export interface AskedRequest extends Asker {
  readonly key: string;
  readonly request: ApprovalRequest;
}

/** And: who answered, by the token that was verified. */
export interface AskedAnswer {
  readonly decision: ApprovalDecision;
  readonly who: string;
  readonly email: string;
  /** The decision as its approver signed it, one line; null: they have no key, and their login alone speaks for them. */
  readonly envelope: string | null;
}

export const sealRequest = (asked: AskedRequest, signer: NoteSigner): string =>
  sealJson('approval request 1', canonicalJson(asked), signer);

export const sealAnswer = (answer: AskedAnswer, signer: NoteSigner): string =>
  sealJson('approval answer 1', canonicalJson(answer), signer);

export interface OpenedAsked extends Asker {
  readonly key: string;
  readonly approval: Approval;
}

type Row = Pick<Asked, 'request' | 'decision' | 'usedAtMs'>;

/**
 * @param vkey of the gateways; null: a gateway sent it, and has looked.
 * @returns null where the request is of no gateway; an answer that is of none stands among those that do not count.
 */
export function openAsked(row: Row, vkey: string | null): OpenedAsked | null {
  const asked = openRequest(row.request, vkey);
  if (asked === null) return null;
  const { request, sha256: digest, key, who, email } = asked;
  const answer = row.decision === null ? UNANSWERED : openAnswer(asked, row.decision, vkey);
  const { by } = answer;
  const approval: Approval = {
    request,
    sha256: digest,
    // the gateway vouches for it, by whom it lets in
    key: new Uint8Array(),
    state: stateOf(by, { usedAtMs: row.usedAtMs, expiresAtMs: request.expiresAtMs }),
    decisions: by === null ? [] : [by],
    refused: answer.why === null ? [] : [answer.why],
    doubt: null,
    isTeams: true,
  };
  return { who, email, key, approval };
}

interface OpenedRequest extends AskedRequest {
  /** Of the request. */
  readonly sha256: string;
}

function openRequest(note: string, vkey: string | null): OpenedRequest | null {
  const sealed = openSealed('approval request 1', note, vkey);
  if (sealed === null) return null;
  const json = parseJson(sealed.json);
  const request = parseRequest(JSON.stringify(objectAt(json, 'request')));
  if (request === null) return null;
  const text = (name: string): string => stringAt(json, name) ?? '';
  const asker = { key: text('key'), who: text('who'), email: text('email') };
  return { ...asker, request, sha256: sha256Hex(canonicalJson(request)) };
}

interface OpenedAnswer {
  /** null: nobody has answered, or it does not count. */
  readonly by: SignedDecision | null;
  /** Why it does not count. */
  readonly why: string | null;
}

const UNANSWERED: OpenedAnswer = { by: null, why: null };

function openAnswer(asked: OpenedRequest, note: string, vkey: string | null): OpenedAnswer {
  const sealed = openSealed('approval answer 1', note, vkey);
  if (sealed === null) return refused('an answer', 'no gateway has signed it');
  const json = parseJson(sealed.json);
  const decision = parseDecision(JSON.stringify(objectAt(json, 'decision')));
  const [who, email] = [stringAt(json, 'who'), stringAt(json, 'email') ?? ''];
  if (decision === null || who === null) return refused('an answer', 'it cannot be read');
  const name = `${decision.answer} by ${decision.approver}`;
  if (!isAbout(asked, decision)) return refused(name, 'it is about something else');
  if (isSamePerson(asked, { who, email }))
    return refused(name, `${decision.approver} asked for it`);
  const envelope = stringAt(json, 'envelope');
  const key = envelope === null ? null : keyOf(envelope, decision);
  if (envelope !== null && key === null) return refused(name, 'its own signature is of another');
  const proof = { gateway: sealed.by, who, key };
  return { by: { ...decision, envelope: note, sha256: sha256Hex(note), proof }, why: null };
}

const refused = (name: string, why: string): OpenedAnswer => ({
  by: null,
  why: `${name}: ${why}`,
});

const isAbout = ({ request, sha256: digest }: OpenedRequest, decision: ApprovalDecision): boolean =>
  decision.id === request.id &&
  decision.kind === request.kind &&
  decision.digest === request.digest &&
  decision.request === digest;

/** @returns fingerprint of the key that signed exactly this decision; null where none did. */
export function keyOf(envelope: string, decision: ApprovalDecision): string | null {
  const opened = openApproval(envelope);
  if (opened?.kind !== 'decision') return null;
  const isIt = canonicalJson(opened.decision) === canonicalJson(decision);
  return isIt ? fingerprintOf(opened.publicKey) : null;
}

function stateOf(
  by: SignedDecision | null,
  { usedAtMs, expiresAtMs }: { readonly usedAtMs: number | null; readonly expiresAtMs: number },
): ApprovalState {
  if (by?.answer === 'deny') return { kind: 'denied', by };
  if (usedAtMs !== null) return { kind: 'used', by };
  if (Date.now() >= expiresAtMs) return { kind: 'expired' };
  return by === null ? { kind: 'pending' } : { kind: 'approved', by };
}
