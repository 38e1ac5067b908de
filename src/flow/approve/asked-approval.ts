// A request for approval of a team's gateway as others are shown: what the store has of it, read.
import { createHash } from 'node:crypto';
import { parseDecision, parseRequest } from '../../attest/approval-envelope.ts';
import type { Approval, ApprovalState, SignedDecision } from '../../model/approval.ts';
import type { Asked } from '../../store/asked-store.ts';

type Shown = Pick<Asked, 'request' | 'decision' | 'usedAtMs'>;

/** @returns null for what is no request. */
export function approvalOf({ request: text, decision, usedAtMs }: Shown): Approval | null {
  const request = parseRequest(text);
  if (request === null) return null;
  const by = decision === null ? null : decisionOf(decision);
  return {
    request,
    sha256: sha256(text),
    // the gateway vouches for it, by whom it lets in: nobody signs
    key: new Uint8Array(),
    state: stateOf(by, { usedAtMs, expiresAtMs: request.expiresAtMs }),
    decisions: by === null ? [] : [by],
    refused: [],
    doubt: null,
    isTeams: true,
  };
}

/** In place of an envelope the decision itself, as the store has it. */
function decisionOf(text: string): SignedDecision | null {
  const decision = parseDecision(text);
  return decision === null ? null : { ...decision, envelope: text, sha256: sha256(text) };
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

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
